/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keys and certificates of signatures, by OpenSSL: which may sign, and which signer is trusted.
 * Knows nothing of XML and JSON. */
#include "submit/signature_parts.h"

#include "base/utf8.h"
#include "submit/endpoint.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* 112 bits: RSA of 2048 bits and more, and no SHA-1 on the way to who is trusted. */
#define SECURITY_LEVEL 2
#define LEAST_RSA_BITS 2048
#define CHAIN_DEPTH 8
#define SIGNER_SHOWN 400u

enum key_kind key_kind(const EVP_PKEY *key)
{
    static const struct {
        const char *group;
        enum key_kind kind;
    } curves[] = {{"prime256v1", KEY_P256}, {"secp384r1", KEY_P384}, {"secp521r1", KEY_P521}};
    char group[64] = "";
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        return EVP_PKEY_get_bits(key) >= LEAST_RSA_BITS ? KEY_RSA : KEY_OTHER;
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        !EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                        NULL))
        return KEY_OTHER;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (strcmp(curves[i].group, group) == 0)
            return curves[i].kind;
    return KEY_OTHER;
}

/* --- who signs */

/* A key that is encrypted is not asked about: who would answer? */
static int no_password(char *to, int size, int is_writing, void *user)
{
    (void)to;
    (void)size;
    (void)is_writing;
    (void)user;
    return -1;
}

static BIO *open_text(const char *bytes, size_t size)
{
    return size && size <= INT32_MAX ? BIO_new_mem_buf(bytes, (int)size) : NULL;
}

/* All certificates of a text; NULL where there is none, or one that cannot be read. */
static STACK_OF(X509) * read_certificates(const struct buffer *pem)
{
    BIO *text = open_text(pem->bytes, pem->size);
    STACK_OF(X509) *all = sk_X509_new_null();
    X509 *one = NULL;
    while (text && all && (one = PEM_read_bio_X509(text, NULL, no_password, NULL)) != NULL)
        if (sk_X509_push(all, one) <= 0) {
            X509_free(one);
            break;
        }
    bool is_end = !one && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    BIO_free(text);
    if (is_end && sk_X509_num(all) > 0)
        return all;
    sk_X509_pop_free(all, X509_free);
    return NULL;
}

static bool may_sign(X509 *certificate)
{
    return X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
}

/* What is wrong with them; NULL: nothing. */
static const char *wrong_signer(const struct signer *signer)
{
    X509 *own = signer->certificates ? sk_X509_value(signer->certificates, 0) : NULL;
    if (!own)
        return "the certificate to sign with cannot be read";
    if (!signer->key)
        return "the key to sign with cannot be read; it must not be encrypted";
    if (X509_check_private_key(own, signer->key) != 1)
        return "the key to sign with is not that of the certificate";
    if (key_kind(signer->key) == KEY_OTHER)
        return "the key to sign with is neither RSA of 2048 bits and more nor of the curves "
               "P-256, P-384 or P-521";
    if (X509_cmp_current_time(X509_get0_notBefore(own)) > 0)
        return "the certificate to sign with is not valid yet";
    if (X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
        return "the certificate to sign with has expired";
    if (sk_X509_num(signer->certificates) > (int)SIGNATURE_CERTIFICATES)
        return "the file of the certificate to sign with holds more than 8";
    return may_sign(own) ? NULL : "the certificate to sign with is not for signatures";
}

comity_status signer_open(const struct buffer *certificate, const struct buffer *key,
                          struct signer **signer, char *message, size_t size)
{
    struct signer *made = calloc(1, sizeof *made);
    *signer = made;
    if (!made)
        return COMITY_E_NOMEM;
    BIO *text = open_text(key->bytes, key->size);
    made->certificates = read_certificates(certificate);
    made->key = text ? PEM_read_bio_PrivateKey(text, NULL, no_password, NULL) : NULL;
    BIO_free(text);
    const char *wrong = wrong_signer(made);
    ERR_clear_error();
    if (!wrong)
        return COMITY_OK;
    snprintf(message, size, "%s", wrong);
    signer_free(made);
    *signer = NULL;
    return COMITY_E_INVALID;
}

void signer_free(struct signer *signer)
{
    if (!signer)
        return;
    EVP_PKEY_free(signer->key); /* which wipes it */
    sk_X509_pop_free(signer->certificates, X509_free);
    free(signer);
}

size_t signer_count(const struct signer *signer)
{
    return (size_t)sk_X509_num(signer->certificates);
}

void signer_put_certificate(const struct signer *signer, size_t index, struct buffer *out)
{
    unsigned char *der = NULL;
    int size = i2d_X509(sk_X509_value(signer->certificates, (int)index), &der);
    if (size > 0)
        base64_put(out, (const char *)der, (size_t)size, false);
    else
        out->status = COMITY_E_NOMEM;
    OPENSSL_free(der);
}

EVP_PKEY *signer_public_key(const struct signer *signer)
{
    return X509_get0_pubkey(sk_X509_value(signer->certificates, 0));
}

/* --- who is trusted */

struct trust {
    X509_STORE *store;
};

struct trust *trust_new(void)
{
    struct trust *trust = calloc(1, sizeof *trust);
    if (trust)
        trust->store = X509_STORE_new();
    if (trust && trust->store)
        return trust;
    free(trust);
    return NULL;
}

void trust_free(struct trust *trust)
{
    if (!trust)
        return;
    X509_STORE_free(trust->store);
    free(trust);
}

comity_status trust_add(struct trust *trust, const char *pem, size_t size)
{
    BIO *text = open_text(pem, size);
    STACK_OF(X509_INFO) *all =
        text ? PEM_X509_INFO_read_bio(text, NULL, no_password, NULL) : NULL;
    size_t count = 0;
    bool is_good = all != NULL;
    for (int i = 0; is_good && i < sk_X509_INFO_num(all); i++) {
        X509_INFO *one = sk_X509_INFO_value(all, i);
        if (one->x509)
            is_good = X509_STORE_add_cert(trust->store, one->x509) == 1;
        if (one->crl)
            is_good = is_good && X509_STORE_add_crl(trust->store, one->crl) == 1 &&
                      X509_STORE_set_flags(trust->store, X509_V_FLAG_CRL_CHECK) == 1;
        count += one->x509 || one->crl;
    }
    sk_X509_INFO_pop_free(all, X509_INFO_free);
    BIO_free(text);
    ERR_clear_error();
    return is_good && count ? COMITY_OK : COMITY_E_INVALID;
}

/* --- what a document brings along */

comity_status check_fail(const struct signature_check *check, uint32_t node, const char *code,
                         const char *hint, const char *format, ...)
{
    char message[600];
    va_list rest;
    va_start(rest, format);
    vsnprintf(message, sizeof message, format, rest);
    va_end(rest);
    entry_make_text(message);
    tree_report(check->tree, check->findings, node, COMITY_ERROR, code, NULL, hint, message);
    return COMITY_E_INVALID;
}

bool node_says(const struct comity_node *node, const char *text)
{
    return node->text && node->text_len == strlen(text) &&
           memcmp(node->text, text, node->text_len) == 0;
}

bool node_is_named(const struct comity_node *node, const char *name)
{
    return node->name_len == strlen(name) && memcmp(node->name, name, node->name_len) == 0;
}

/* One certificate and nothing behind it, in the one way in which DER writes it. */
static X509 *read_der(const struct buffer *der)
{
    const unsigned char *at = (const unsigned char *)der->bytes;
    unsigned char *again = NULL;
    X509 *certificate = der->size ? d2i_X509(NULL, &at, (long)der->size) : NULL;
    int size = certificate ? i2d_X509(certificate, &again) : 0;
    bool is_same =
        size > 0 && (size_t)size == der->size && memcmp(again, der->bytes, der->size) == 0;
    OPENSSL_free(again);
    if (is_same)
        return certificate;
    X509_free(certificate);
    ERR_clear_error();
    return NULL;
}

comity_status check_take_certificate(struct signature_check *check, uint32_t node,
                                     const char *text, size_t len)
{
    struct buffer der;
    X509 *certificate = NULL;
    comity_status status = COMITY_OK;
    buffer_init(&der, SIGNATURE_CERTIFICATE_BYTES);
    if (!check->certificates)
        check->certificates = sk_X509_new_null();
    if (!check->certificates)
        status = COMITY_E_NOMEM;
    else if (sk_X509_num(check->certificates) >= (int)SIGNATURE_CERTIFICATES)
        status = check_fail(check, node, "signature.key", NULL,
                            "the signature brings more than %u certificates",
                            SIGNATURE_CERTIFICATES);
    else if (text && base64_take(&der, text, len, false))
        certificate = read_der(&der);
    if (status == COMITY_OK && !certificate)
        status = check_fail(check, node, "signature.key", NULL,
                            "this is no certificate (X.509, DER in base64)");
    if (status == COMITY_OK && sk_X509_push(check->certificates, certificate) <= 0) {
        X509_free(certificate);
        status = COMITY_E_NOMEM;
    }
    buffer_free(&der);
    return status;
}

static void put_signer(X509 *certificate, char *text, size_t size)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    /* RFC 2253, letters beyond ASCII as they are */
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (out && X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, flags) >= 0 &&
        BIO_puts(out, ", serial ") > 0)
        i2a_ASN1_INTEGER(out, X509_get0_serialNumber(certificate));
    long len = out ? BIO_get_mem_data(out, &bytes) : 0;
    snprintf(text, size, "%.*s", len > 0 ? (int)len : 0, bytes ? bytes : "");
    BIO_free(out);
    entry_make_text(text);
}

static const char *wrong_certificate(X509 *certificate)
{
    if (!may_sign(certificate))
        return "its certificate is not for signatures";
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    return key && key_kind(key) != KEY_OTHER
               ? NULL
               : "its key is neither RSA of 2048 bits and more nor of the curves P-256, P-384 "
                 "or P-521";
}

/* Whether the certificate leads to one that is trusted; the reason where it does not. */
static const char *verify_chain(const struct signature_check *check, X509 *own)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    const char *wrong = "there is no memory to look at it";
    if (context &&
        X509_STORE_CTX_init(context, check->trust->store, own, check->certificates) == 1) {
        X509_VERIFY_PARAM *how = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_auth_level(how, SECURITY_LEVEL);
        X509_VERIFY_PARAM_set_depth(how, CHAIN_DEPTH);
        int result = X509_verify_cert(context), error = X509_STORE_CTX_get_error(context);
        wrong = result == 1 && error == X509_V_OK ? NULL : X509_verify_cert_error_string(error);
    }
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return wrong;
}

comity_status check_trust(struct signature_check *check, uint32_t node)
{
    static const char hint[] =
        "if the signer is to be trusted, have its authority's certificate from it "
        "on another way, and name it with --trust";
    char signer[SIGNER_SHOWN];
    X509 *own = check->certificates ? sk_X509_value(check->certificates, 0) : NULL;
    if (!own)
        return check_fail(check, node, "signature.key", NULL,
                          "the signature brings no certificate");
    const char *wrong = verify_chain(check, own);
    if (!wrong)
        wrong = wrong_certificate(own);
    if (!wrong) {
        check->key = X509_get0_pubkey(own);
        return COMITY_OK;
    }
    put_signer(own, signer, sizeof signer);
    return check_fail(check, node, "signature.untrusted", hint,
                      "who signed is not trusted: %s (%s)", wrong, signer);
}

void signature_check_end(struct signature_check *check)
{
    sk_X509_pop_free(check->certificates, X509_free);
    check->certificates = NULL;
    check->key = NULL;
}

void check_tell_signer(const struct signature_check *check, uint32_t node)
{
    char signer[SIGNER_SHOWN], message[SIGNER_SHOWN + 40];
    put_signer(sk_X509_value(check->certificates, 0), signer, sizeof signer);
    snprintf(message, sizeof message, "signed by %s", signer);
    entry_make_text(message);
    tree_report(check->tree, check->findings, node, COMITY_NOTE, "signature.signer", NULL, NULL,
                message);
}

/* --- the check of either syntax */

static char first_character(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && memchr(" \t\r\n", bytes[at], 4))
        at++;
    return at < size ? bytes[at] : '\0';
}

static comity_status check_syntax(struct signature_check *check, const char *bytes, size_t size,
                                  struct buffer *content)
{
    size_t mark = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    bytes += mark;
    size -= mark;
    char first = first_character(bytes, size);
    if (size > check->limits->bytes)
        return check_fail(check, 0, "limit.bytes", NULL,
                          "the document is longer than %zu bytes", check->limits->bytes);
    if (first == '<')
        return signature_xml_check(check, bytes, size, content);
    if (first == '{')
        return signature_json_check(check, bytes, size, content);
    return check_fail(
        check, 0, "signature.missing", NULL,
        "this is neither XML nor a JSON object; nothing else carries a signature");
}

comity_status signature_verify(const struct trust *trust, const char *bytes, size_t size,
                               const struct limits *limits, struct findings *findings,
                               struct buffer *content)
{
    struct arena arena;
    struct tree tree;
    struct signature_check check = {
        .trust = trust, .limits = limits, .findings = findings, .tree = &tree};
    arena_init(&arena, limits->memory);
    tree_init(&tree, &arena);
    comity_status status = check_syntax(&check, bytes, size, content);
    if (status != COMITY_OK)
        buffer_clear(content);
    signature_check_end(&check);
    tree_free(&tree);
    arena_free(&arena);
    return status;
}
