/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * XMLDSig by xmlsec: enveloped signatures over the whole of a document.  xmlsec is given one
 * key and one form to work with, and never looks for either: its defaults (1.2 resolves
 * references to files and hosts, and takes SHA-1, HMAC and XSLT) are all switched off, though
 * signature_xml_form.c has let nothing of it pass.  At the end what was signed, as xmlsec saw
 * it, is read by our own reader and must be the tree that is read on. */
#include "submit/signature_parts.h"

#include "base/utf8.h"
#include "syntax/xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <xmlsec/base64.h>
#include <xmlsec/buffer.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

/* --- xmlsec */

/* What it finds wrong is told by us, without what stood in the document. */
static void be_silent(const char *file, int line, const char *function, const char *object,
                      const char *subject, int reason, const char *message)
{
    (void)file;
    (void)line;
    (void)function;
    (void)object;
    (void)subject;
    (void)reason;
    (void)message;
}

static void no_words(void *user, const char *format, ...)
{
    (void)user;
    (void)format;
}

/* Once a process; what it holds goes with it. */
static bool start_xmlsec(void)
{
    static int state; /* 1: it runs, -1: it does not */
    if (state)
        return state > 0;
    state = -1;
    xmlSetGenericErrorFunc(NULL, no_words);
    xmlSecErrorsSetCallback(be_silent);
    if (xmlSecInit() < 0 || xmlSecOpenSSLAppInit(NULL) < 0 || xmlSecOpenSSLInit() < 0)
        return false;
    xmlSecIOCleanupCallbacks(); /* so that it can open nothing */
    xmlSecBase64SetDefaultLineSize(0);
    state = 1;
    return true;
}

static bool allow(xmlSecDSigCtxPtr context)
{
    const xmlSecTransformId of_reference[] = {
        xmlSecTransformEnvelopedId,     xmlSecTransformInclC14NId,
        xmlSecTransformInclC14N11Id,    xmlSecTransformExclC14NId,
        xmlSecOpenSSLTransformSha256Id, xmlSecOpenSSLTransformSha384Id,
        xmlSecOpenSSLTransformSha512Id};
    const xmlSecTransformId of_signature[] = {
        xmlSecTransformInclC14NId,           xmlSecTransformInclC14N11Id,
        xmlSecTransformExclC14NId,           xmlSecOpenSSLTransformRsaSha256Id,
        xmlSecOpenSSLTransformRsaSha384Id,   xmlSecOpenSSLTransformRsaSha512Id,
        xmlSecOpenSSLTransformEcdsaSha256Id, xmlSecOpenSSLTransformEcdsaSha384Id,
        xmlSecOpenSSLTransformEcdsaSha512Id};
    bool is_good = true;
    for (size_t i = 0; i < sizeof of_reference / sizeof of_reference[0]; i++)
        is_good =
            is_good && xmlSecDSigCtxEnableReferenceTransform(context, of_reference[i]) == 0;
    for (size_t i = 0; i < sizeof of_signature / sizeof of_signature[0]; i++)
        is_good =
            is_good && xmlSecDSigCtxEnableSignatureTransform(context, of_signature[i]) == 0;
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
    context->flags |=
        XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS | XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
    return is_good;
}

/* A context with this one key, which makes xmlsec pass over KeyInfo; NULL: no memory. */
static xmlSecDSigCtxPtr new_context(EVP_PKEY *key)
{
    xmlSecDSigCtxPtr context = start_xmlsec() ? xmlSecDSigCtxCreate(NULL) : NULL;
    EVP_PKEY *own = context ? xmlSecOpenSSLEvpKeyDup(key) : NULL;
    xmlSecKeyDataPtr data = own ? xmlSecOpenSSLEvpKeyAdopt(own) : NULL;
    if (own && !data)
        EVP_PKEY_free(own);
    xmlSecKeyPtr held = data ? xmlSecKeyCreate() : NULL;
    if (held && xmlSecKeySetValue(held, data) == 0) {
        context->signKey = held; /* the context frees it */
        if (allow(context))
            return context;
    } else {
        if (held)
            xmlSecKeyDestroy(held);
        if (data)
            xmlSecKeyDataDestroy(data);
    }
    if (context)
        xmlSecDSigCtxDestroy(context);
    return NULL;
}

/* Read by our own reader before, so that it is UTF-8 and has no DOCTYPE.  NULL: libxml2 takes
 * no text of more than 10 MB, or there is no memory. */
static xmlDocPtr parse(const char *bytes, size_t size)
{
    if (!start_xmlsec())
        return NULL;
    xmlDocPtr document =
        size <= INT32_MAX
            ? xmlReadMemory(bytes, (int)size, NULL, "UTF-8",
                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)
            : NULL;
    if (!document || (!document->intSubset && !document->extSubset))
        return document;
    xmlFreeDoc(document);
    return NULL;
}

/* --- what was signed is what is read */

static comity_status read_tree(const struct signature_check *check, struct tree *tree,
                               const char *bytes, size_t size)
{
    struct syntax_error error;
    return xml_read(tree, bytes, size, check->limits, NULL, &error);
}

static bool is_same_document(const struct signature_check *check, xmlSecBufferPtr covered,
                             const struct buffer *content)
{
    struct arena arena;
    struct tree was, is;
    arena_init(&arena, check->limits->memory);
    tree_init(&was, &arena);
    tree_init(&is, &arena);
    bool is_same = covered &&
                   read_tree(check, &was, (const char *)xmlSecBufferGetData(covered),
                             xmlSecBufferGetSize(covered)) == COMITY_OK &&
                   read_tree(check, &is, content->bytes, content->size) == COMITY_OK &&
                   signature_same_tree(&was, 1, &is, 1);
    tree_free(&was);
    tree_free(&is);
    arena_free(&arena);
    return is_same;
}

/* The document with blanks in place of its signature. */
static comity_status put_content(const struct signature_check *check, uint32_t signature,
                                 struct buffer *content)
{
    const struct tree *tree = check->tree;
    const struct comity_node *node = tree_node(tree, signature);
    buffer_add(content, tree->text, tree->size);
    if (buffer_status(content) != COMITY_OK)
        return COMITY_E_NOMEM;
    for (size_t at = node->offset; at < node->end; at++)
        if (content->bytes[at] != '\n' && content->bytes[at] != '\r')
            content->bytes[at] = ' ';
    return COMITY_OK;
}

/* --- checking */

/* Verifies the signature of a document with the check's key. */
static comity_status verify(const struct signature_check *check,
                            const struct signature_form *form, const struct buffer *content)
{
    comity_status status = COMITY_E_NOMEM;
    xmlDocPtr document = parse(check->tree->text, check->tree->size);
    xmlSecDSigCtxPtr context = document ? new_context(check->key) : NULL;
    xmlNodePtr node = document ? xmlSecFindChild(xmlDocGetRootElement(document),
                                                 xmlSecNodeSignature, xmlSecDSigNs)
                               : NULL;
    if (!document)
        status = check_fail(check, 0, "signature.form", "a text may have 10 MB",
                            "the document is too large for its signature to be checked");
    if (!context || !node)
        goto done;
    bool is_good = xmlSecDSigCtxVerify(context, node) == 0 &&
                   context->status == xmlSecDSigStatusSucceeded &&
                   xmlSecPtrListGetSize(&context->signedInfoReferences) == 1;
    if (!is_good) {
        status = check_fail(check, form->signature, "signature.invalid",
                            "have it sent again; if it was changed on purpose, tell its sender",
                            "the signature is not that of this document: one of them was "
                            "changed, or another key signed");
        goto done;
    }
    xmlSecDSigReferenceCtxPtr reference =
        xmlSecPtrListGetItem(&context->signedInfoReferences, 0);
    status = COMITY_OK;
    if (!is_same_document(check, xmlSecDSigReferenceCtxGetPreDigestBuffer(reference), content))
        status = check_fail(check, form->signature, "signature.content",
                            "sign with C14N 1.1, which covers prefixes of xsi:type too",
                            "the signature is good, but does not cover all that is read");

done:
    if (context)
        xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return status;
}

/* True where the declaration names no encoding, or UTF-8. */
static bool is_declared_utf8(const char *bytes, size_t size)
{
    static const char word[] = "encoding";
    const char *end =
        size > 5 && memcmp(bytes, "<?xml", 5) == 0 ? memmem(bytes, size, "?>", 2) : NULL;
    const char *at = end ? memmem(bytes, (size_t)(end - bytes), word, sizeof word - 1) : NULL;
    if (!at)
        return true;
    at += sizeof word - 1;
    while (at < end && memchr(" \t\r\n='\"", *at, 7))
        at++;
    return end - at > 5 &&
           xmlStrncasecmp((const xmlChar *)at, (const xmlChar *)"UTF-8", 5) == 0 &&
           (at[5] == '"' || at[5] == '\'');
}

static comity_status read_document(struct signature_check *check, const char *bytes,
                                   size_t size)
{
    struct syntax_error error;
    if (!is_declared_utf8(bytes, size) || utf8_invalid(bytes, size) < size)
        return check_fail(check, 0, "signature.form", "convert it before it is signed",
                          "a document that is signed is UTF-8");
    comity_status status = xml_read(check->tree, bytes, size, check->limits, NULL, &error);
    if (status == COMITY_OK || status == COMITY_E_NOMEM)
        return status;
    tree_report_syntax(check->tree, check->findings, &error);
    return COMITY_E_INVALID;
}

comity_status signature_xml_check(struct signature_check *check, const char *bytes, size_t size,
                                  struct buffer *content)
{
    struct signature_form form;
    comity_status status = read_document(check, bytes, size);
    if (status == COMITY_OK)
        status = signature_form_check(check, &form);
    if (status == COMITY_OK)
        status = check_trust(check, form.key_info);
    if (status == COMITY_OK && form.is_rsa != (key_kind(check->key) == KEY_RSA))
        status = check_fail(check, form.method, "signature.algorithm", NULL,
                            "the algorithm is not one for the key of the certificate");
    if (status == COMITY_OK)
        status = put_content(check, form.signature, content);
    if (status == COMITY_OK)
        status = verify(check, &form, content);
    if (status == COMITY_OK)
        check_tell_signer(check, form.signature);
    return status;
}

/* --- signing */

static xmlSecTransformId method_of(const struct signer *signer)
{
    switch (key_kind(signer->key)) {
    case KEY_P256:
        return xmlSecOpenSSLTransformEcdsaSha256Id;
    case KEY_P384:
        return xmlSecOpenSSLTransformEcdsaSha384Id;
    case KEY_P521:
        return xmlSecOpenSSLTransformEcdsaSha512Id;
    default:
        return xmlSecOpenSSLTransformRsaSha256Id;
    }
}

static bool add_certificates(const struct signer *signer, xmlNodePtr signature)
{
    xmlNodePtr info = xmlSecTmplSignatureEnsureKeyInfo(signature, NULL);
    xmlNodePtr data = info ? xmlSecAddChild(info, xmlSecNodeX509Data, xmlSecDSigNs) : NULL;
    bool is_good = data != NULL;
    for (size_t i = 0; is_good && i < signer_count(signer); i++) {
        struct buffer text;
        buffer_init(&text, 2 * SIGNATURE_CERTIFICATE_BYTES);
        signer_put_certificate(signer, i, &text);
        xmlNodePtr one = xmlSecAddChild(data, xmlSecNodeX509Certificate, xmlSecDSigNs);
        is_good = one && buffer_status(&text) == COMITY_OK;
        if (is_good)
            xmlNodeAddContentLen(one, (const xmlChar *)text.bytes, (int)text.size);
        buffer_free(&text);
    }
    return is_good;
}

/* An empty signature, as the last child of the root. */
static xmlNodePtr add_template(const struct signer *signer, xmlDocPtr document)
{
    xmlNodePtr signature = xmlSecTmplSignatureCreateNsPref(
        document, xmlSecTransformInclC14N11Id, method_of(signer), NULL, (const xmlChar *)"ds");
    if (!signature)
        return NULL;
    xmlAddChild(xmlDocGetRootElement(document), signature);
    xmlNodePtr reference = xmlSecTmplSignatureAddReference(
        signature, xmlSecOpenSSLTransformSha256Id, NULL, (const xmlChar *)"", NULL);
    bool is_good = reference &&
                   xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) &&
                   xmlSecTmplReferenceAddTransform(reference, xmlSecTransformInclC14N11Id);
    return is_good && add_certificates(signer, signature) ? signature : NULL;
}

/* Puts the signature before the end tag of the root, and leaves each other byte as it is. */
static comity_status put_signed(const struct tree *tree, xmlDocPtr document,
                                xmlNodePtr signature, struct buffer *out)
{
    const char *end = memrchr(tree->text, '<', tree_node(tree, 1)->end);
    xmlBufferPtr text = xmlBufferCreate();
    bool is_good =
        text && end && end[1] == '/' && xmlNodeDump(text, document, signature, 0, 0) > 0;
    if (is_good) {
        buffer_add(out, tree->text, (size_t)(end - tree->text));
        buffer_add(out, (const char *)xmlBufferContent(text), (size_t)xmlBufferLength(text));
        buffer_add(out, end, (size_t)(tree->text + tree->size - end));
    }
    xmlBufferFree(text);
    return is_good ? buffer_status(out) : COMITY_E_INVALID;
}

/* A finding on what we have made ourselves: its sentence. */
struct own_message {
    char *text;
    size_t size;
};

static void keep_message(void *user, const struct comity_finding *finding)
{
    struct own_message *message = user;
    if (finding->severity == COMITY_ERROR)
        snprintf(message->text, message->size, "%s", finding->message);
}

/* Verifies what was made, with the key of the certificate. */
static comity_status check_own(struct signature_check *check, const struct buffer *made)
{
    struct signature_form form;
    struct buffer content;
    buffer_init(&content, made->size);
    comity_status status = read_document(check, made->bytes, made->size);
    if (status == COMITY_OK)
        status = signature_form_check(check, &form);
    if (status == COMITY_OK)
        status = put_content(check, form.signature, &content);
    if (status == COMITY_OK)
        status = verify(check, &form, &content);
    buffer_free(&content);
    return status;
}

static comity_status sign(const struct signer *signer, struct signature_check *check,
                          struct buffer *out)
{
    uint32_t first, of_root;
    if (signature_form_count(check->tree, &first, &of_root))
        return check_fail(check, first, "submit.sign", NULL, "the document is signed already");
    xmlDocPtr document = parse(check->tree->text, check->tree->size);
    xmlNodePtr signature = document ? add_template(signer, document) : NULL;
    xmlSecDSigCtxPtr context = signature ? new_context(signer->key) : NULL;
    comity_status status = COMITY_E_INVALID;
    if (context && xmlSecDSigCtxSign(context, signature) == 0)
        status = put_signed(check->tree, document, signature, out);
    if (context)
        xmlSecDSigCtxDestroy(context);
    xmlFreeDoc(document);
    return status;
}

comity_status signature_xml_sign(const struct signer *signer, const char *bytes, size_t size,
                                 struct buffer *out, char *message, size_t message_size)
{
    static const struct limits limits = LIMITS_INIT;
    struct own_message said = {message, message_size};
    struct findings findings = {.emit = keep_message, .user = &said};
    struct arena arena;
    struct tree tree;
    struct signature_check check = {.limits = &limits, .findings = &findings, .tree = &tree};
    snprintf(message, message_size, "the document cannot be signed as XML");
    arena_init(&arena, limits.memory);
    tree_init(&tree, &arena);
    comity_status status = read_document(&check, bytes, size);
    if (status == COMITY_OK)
        status = sign(signer, &check, out);
    check.key = signer_public_key(signer);
    if (status == COMITY_OK)
        status = check_own(&check, out);
    if (status != COMITY_OK)
        buffer_clear(out);
    signature_check_end(&check);
    tree_free(&tree);
    arena_free(&arena);
    return status;
}
