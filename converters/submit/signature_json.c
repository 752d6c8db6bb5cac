/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JWS by libjose (RFC 7515, flattened serialization): the document is the payload, the
 * protected header names the algorithm and brings the certificates (x5c).  What is verified is
 * read by our own strict reader first, and libjose is given those texts and one key, never the
 * input.
 *
 * libjose 11 knows no EdDSA. */
#include "submit/signature_parts.h"

#include "syntax/json.h"

#include <jansson.h>
#include <jose/cfg.h>
#include <jose/jws.h>
#include <jose/openssl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

/* --- libjose */

/* Keys become texts of jansson: all that it frees is wiped.  libjose frees some of them by
 * free(), so that they must be malloc()'s own. */
static void wiped_free(void *bytes)
{
    if (bytes)
        explicit_bzero(bytes, malloc_usable_size(bytes));
    free(bytes);
}

static void no_words(void *user, const char *file, int line, uint64_t error, const char *format,
                     va_list rest)
{
    (void)user;
    (void)file;
    (void)line;
    (void)error;
    (void)format;
    (void)rest;
}

static jose_cfg_t *new_jose(void)
{
    json_set_alloc_funcs(malloc, wiped_free);
    jose_cfg_t *jose = jose_cfg();
    if (jose)
        jose_cfg_set_err_func(jose, no_words, NULL);
    return jose;
}

/* --- algorithms: by the key, and never by what a document says alone */

static const struct algorithm {
    enum key_kind kind;
    const char *name;
} algorithms[] = {
    /* the first of a kind is that which we sign with */
    {KEY_RSA, "RS256"},  {KEY_RSA, "RS384"},  {KEY_RSA, "RS512"},
    {KEY_RSA, "PS256"},  {KEY_RSA, "PS384"},  {KEY_RSA, "PS512"},
    {KEY_P256, "ES256"}, {KEY_P384, "ES384"}, {KEY_P521, "ES512"},
};
#define ALGORITHMS (sizeof algorithms / sizeof algorithms[0])

static const char *algorithm_of(enum key_kind kind)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (algorithms[i].kind == kind)
            return algorithms[i].name;
    return "";
}

/* The key as libjose takes it, for this algorithm alone; NULL: it cannot be had. */
static json_t *make_key(jose_cfg_t *jose, struct evp_pkey_st *key, const char *algorithm)
{
    json_t *made = jose_openssl_jwk_from_EVP_PKEY(jose, key);
    if (made && json_object_set_new(made, "alg", json_string(algorithm)) == 0)
        return made;
    json_decref(made);
    return NULL;
}

static json_t *make_text(const struct buffer *text)
{
    return json_stringn(text->bytes ? text->bytes : "", text->size);
}

/* Verifies three texts of base64url with a key. */
static bool verify(struct evp_pkey_st *key, const char *algorithm, const char *const *names,
                   const struct buffer *texts)
{
    jose_cfg_t *jose = new_jose();
    json_t *jws = jose ? json_object() : NULL;
    json_t *jwk = jws ? make_key(jose, key, algorithm) : NULL;
    bool is_good = jwk != NULL;
    for (size_t i = 0; is_good && i < 3; i++)
        is_good = json_object_set_new(jws, names[i], make_text(&texts[i])) == 0;
    is_good = is_good && jose_jws_ver(jose, jws, NULL, jwk, false);
    json_decref(jwk);
    json_decref(jws);
    jose_cfg_decref(jose);
    return is_good;
}

enum part { PAYLOAD, PROTECTED, SIGNATURE };
static const char *const part_names[] = {"payload", "protected", "signature"};

/* --- checking */

struct parts {
    uint32_t nodes[3];
    struct buffer texts[3];
    struct tree header;
    const struct comity_node *algorithm;
    uint32_t certificates;
};

static comity_status take_members(struct signature_check *check, struct parts *parts)
{
    const struct tree *tree = check->tree;
    for (uint32_t i = tree_node(tree, 1)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        size_t part = 0;
        while (part < 3 && !node_is_named(node, part_names[part]))
            part++;
        if (part < 3 && node->kind == COMITY_NODE_STRING)
            parts->nodes[part] = i;
    }
    if (!parts->nodes[PROTECTED] && !parts->nodes[SIGNATURE])
        return check_fail(check, 0, "signature.missing", NULL, "the document is not signed");
    if (tree_node(tree, 1)->count != 3 || !parts->nodes[PAYLOAD] || !parts->nodes[PROTECTED] ||
        !parts->nodes[SIGNATURE])
        return check_fail(check, 0, "signature.form", "RFC 7515, 7.2.2",
                          "a signed document has the members payload, protected and signature, "
                          "and no others");
    for (size_t part = 0; part < 3; part++) {
        const struct comity_node *node = tree_node(tree, parts->nodes[part]);
        buffer_add(&parts->texts[part], node->text, node->text_len);
        if (buffer_status(&parts->texts[part]) != COMITY_OK)
            return COMITY_E_NOMEM;
    }
    return COMITY_OK;
}

/* What a header may not say: where a key is to be had, or what else must be understood. */
static bool is_refused(const struct comity_node *node)
{
    static const char *const names[] = {"crit", "b64", "jku", "jwk", "x5u", "zip", "enc"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (node_is_named(node, names[i]))
            return true;
    return false;
}

static comity_status read_header(struct signature_check *check, struct parts *parts,
                                 const struct buffer *bytes)
{
    struct findings quiet = {.emit = NULL};
    struct tree *header = &parts->header;
    comity_status status =
        json_read_whole(header, bytes->bytes, bytes->size, check->limits, &quiet);
    if (status == COMITY_E_NOMEM)
        return status;
    if (status != COMITY_OK || tree_node(header, 1)->kind != COMITY_NODE_GROUP)
        return check_fail(check, parts->nodes[PROTECTED], "signature.header", NULL,
                          "the protected header is no JSON object, or has a member twice");
    for (uint32_t i = tree_node(header, 1)->first; i; i = tree_node(header, i)->next) {
        const struct comity_node *node = tree_node(header, i);
        if (is_refused(node))
            return check_fail(
                check, parts->nodes[PROTECTED], "signature.header", NULL,
                "the protected header has the member %.*s, which is not taken here",
                (int)node->name_len, node->name);
        if (node_is_named(node, "alg") && node->kind == COMITY_NODE_STRING)
            parts->algorithm = node;
        if (node_is_named(node, "x5c") && node->kind == COMITY_NODE_LIST)
            parts->certificates = i;
    }
    return COMITY_OK;
}

static comity_status take_certificates(struct signature_check *check, const struct parts *parts)
{
    const struct tree *header = &parts->header;
    uint32_t list = parts->certificates;
    comity_status status = COMITY_OK;
    for (uint32_t i = list ? tree_node(header, list)->first : 0; i && status == COMITY_OK;
         i = tree_node(header, i)->next) {
        const struct comity_node *node = tree_node(header, i);
        bool is_text = node->kind == COMITY_NODE_STRING;
        status = check_take_certificate(check, parts->nodes[PROTECTED],
                                        is_text ? node->text : NULL, node->text_len);
    }
    return status;
}

/* The algorithm's name of our own; NULL where it is none for the key. */
static const char *find_algorithm(const struct comity_node *named, enum key_kind kind)
{
    for (size_t i = 0; named && i < ALGORITHMS; i++)
        if (node_says(named, algorithms[i].name) &&
            (kind == KEY_OTHER || kind == algorithms[i].kind))
            return algorithms[i].name;
    return NULL;
}

static comity_status check_algorithm(struct signature_check *check, const struct parts *parts,
                                     enum key_kind kind)
{
    const struct comity_node *named = parts->algorithm;
    if (find_algorithm(named, kind))
        return COMITY_OK;
    return check_fail(check, parts->nodes[PROTECTED], "signature.algorithm",
                      "docs/submit.md lists those that are",
                      kind == KEY_OTHER ? "the algorithm %.*s is not taken here"
                                        : "the algorithm %.*s is not one for the key of the "
                                          "certificate",
                      named ? (int)(named->text_len < 40 ? named->text_len : 40) : 4,
                      named ? named->text : "none");
}

static comity_status check_parts(struct signature_check *check, struct parts *parts,
                                 struct buffer *header, struct buffer *content)
{
    struct buffer value;
    buffer_init(&value, SIGNATURE_CERTIFICATE_BYTES);
    const struct buffer *texts = parts->texts;
    bool is_good = base64_take(content, texts[PAYLOAD].bytes, texts[PAYLOAD].size, true) &&
                   base64_take(header, texts[PROTECTED].bytes, texts[PROTECTED].size, true) &&
                   base64_take(&value, texts[SIGNATURE].bytes, texts[SIGNATURE].size, true);
    bool is_full = content->status == COMITY_E_NOMEM || header->status == COMITY_E_NOMEM;
    buffer_free(&value);
    if (is_full)
        return COMITY_E_NOMEM;
    if (!is_good || !header->size)
        return check_fail(check, 0, "signature.form", "RFC 7515, 2: without padding",
                          "payload, protected and signature are not base64url as it is written "
                          "here");
    comity_status status = read_header(check, parts, header);
    if (status == COMITY_OK)
        status = check_algorithm(check, parts, KEY_OTHER);
    if (status == COMITY_OK)
        status = take_certificates(check, parts);
    if (status == COMITY_OK)
        status = check_trust(check, parts->nodes[PROTECTED]);
    if (status == COMITY_OK)
        status = check_algorithm(check, parts, key_kind(check->key));
    if (status != COMITY_OK)
        return status;
    const char *algorithm = find_algorithm(parts->algorithm, key_kind(check->key));
    return verify(check->key, algorithm, part_names, texts)
               ? COMITY_OK
               : check_fail(
                     check, parts->nodes[SIGNATURE], "signature.invalid",
                     "have it sent again; if it was changed on purpose, tell its sender",
                     "the signature is not that of this document: one of them was changed, or "
                     "another key signed");
}

comity_status signature_json_check(struct signature_check *check, const char *bytes,
                                   size_t size, struct buffer *content)
{
    struct buffer header;
    struct parts parts = {.nodes = {0}};
    buffer_init(&header, (size_t)SIGNATURE_CERTIFICATES * 2 * SIGNATURE_CERTIFICATE_BYTES);
    for (size_t i = 0; i < 3; i++)
        buffer_init(&parts.texts[i], 0);
    tree_init(&parts.header, check->tree->arena);
    comity_status status =
        json_read_whole(check->tree, bytes, size, check->limits, check->findings);
    if (status == COMITY_OK)
        status = take_members(check, &parts);
    if (status == COMITY_OK)
        status = check_parts(check, &parts, &header, content);
    if (status == COMITY_OK)
        check_tell_signer(check, parts.nodes[SIGNATURE]);
    for (size_t i = 0; i < 3; i++)
        buffer_free(&parts.texts[i]);
    buffer_free(&header);
    tree_free(&parts.header);
    return status;
}

/* --- signing */

static json_t *make_header(const struct signer *signer, const char *algorithm)
{
    json_t *header = json_object(), *list = json_array();
    bool is_good =
        header && list && json_object_set_new(header, "alg", json_string(algorithm)) == 0;
    for (size_t i = 0; is_good && i < signer_count(signer); i++) {
        struct buffer text;
        buffer_init(&text, 2 * SIGNATURE_CERTIFICATE_BYTES);
        signer_put_certificate(signer, i, &text);
        is_good = buffer_status(&text) == COMITY_OK &&
                  json_array_append_new(list, make_text(&text)) == 0;
        buffer_free(&text);
    }
    is_good = is_good && json_object_set(header, "x5c", list) == 0;
    json_decref(list);
    if (is_good)
        return header;
    json_decref(header);
    return NULL;
}

/* Signs the payload; the texts of header and signature go into `texts`. */
static comity_status sign(const struct signer *signer, const char *algorithm,
                          struct buffer *texts)
{
    jose_cfg_t *jose = new_jose();
    json_t *jwk = jose ? make_key(jose, signer->key, algorithm) : NULL;
    json_t *jws = json_object(), *header = json_object();
    comity_status status = COMITY_E_INVALID;
    bool is_made =
        jwk && jws && header &&
        json_object_set_new(jws, "payload", make_text(&texts[PAYLOAD])) == 0 &&
        json_object_set_new(header, "protected", make_header(signer, algorithm)) == 0 &&
        jose_jws_sig(jose, jws, header, jwk);
    for (size_t part = PROTECTED; is_made && part <= SIGNATURE; part++) {
        const char *text = json_string_value(json_object_get(jws, part_names[part]));
        is_made = text != NULL;
        if (text)
            buffer_text(&texts[part], text);
    }
    if (is_made && buffer_status(&texts[PROTECTED]) == COMITY_OK &&
        buffer_status(&texts[SIGNATURE]) == COMITY_OK)
        status = COMITY_OK;
    json_decref(jwk);
    json_decref(jws);
    json_decref(header);
    jose_cfg_decref(jose);
    return status;
}

static void put_signed(const struct buffer *texts, struct buffer *out)
{
    for (size_t part = 0; part < 3; part++) {
        buffer_format(out, "%c\"%s\":\"", part ? ',' : '{', part_names[part]);
        buffer_add(out, texts[part].bytes, texts[part].size);
        buffer_char(out, '"');
    }
    buffer_text(out, "}\n");
}

comity_status signature_json_sign(const struct signer *signer, const char *bytes, size_t size,
                                  struct buffer *out, char *message, size_t message_size)
{
    struct buffer texts[3];
    const char *algorithm = algorithm_of(key_kind(signer->key));
    snprintf(message, message_size, "the document cannot be signed as JSON");
    for (size_t i = 0; i < 3; i++)
        buffer_init(&texts[i], 0);
    base64_put(&texts[PAYLOAD], bytes, size, true);
    comity_status status = buffer_status(&texts[PAYLOAD]);
    if (status == COMITY_OK)
        status = sign(signer, algorithm, texts);
    if (status == COMITY_OK && !verify(signer_public_key(signer), algorithm, part_names, texts))
        status = COMITY_E_INVALID;
    if (status == COMITY_OK) {
        put_signed(texts, out);
        status = buffer_status(out);
    }
    if (status != COMITY_OK)
        buffer_clear(out);
    for (size_t i = 0; i < 3; i++)
        buffer_free(&texts[i]);
    return status;
}
