/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files of signatures share; for signature_*.c alone. */
#ifndef COMITY_CONVERTERS_SUBMIT_SIGNATURE_PARTS_H
#define COMITY_CONVERTERS_SUBMIT_SIGNATURE_PARTS_H

#include "submit/signature.h"
#include "syntax/tree.h"

struct evp_pkey_st;
struct stack_st_X509;

/* Certificates that one signature may bring along. */
#define SIGNATURE_CERTIFICATES 8u
/* Bytes of one of them. */
#define SIGNATURE_CERTIFICATE_BYTES ((size_t)64 << 10)

/* --- signature_base64.c: RFC 4648, strictly: one text for the same bytes */

/* Appends base64 of the bytes; `url`: of the alphabet for URLs, without padding. */
void base64_put(struct buffer *out, const char *bytes, size_t size, bool url);
/* Appends the bytes that a text stands for; false where it is none, or no memory.  Without
 * `url` there must be padding, and white space is passed over. */
bool base64_take(struct buffer *out, const char *text, size_t len, bool url);

/* --- signature_keys.c */

enum key_kind { KEY_OTHER, KEY_RSA, KEY_P256, KEY_P384, KEY_P521 };
enum key_kind key_kind(const struct evp_pkey_st *key);

struct signer {
    struct evp_pkey_st *key;
    struct stack_st_X509 *certificates; /* the signer's own first */
};
size_t signer_count(const struct signer *signer);
/* Appends base64 of the DER of a certificate. */
void signer_put_certificate(const struct signer *signer, size_t index, struct buffer *out);
/* The public key of the signer's certificate; lent. */
struct evp_pkey_st *signer_public_key(const struct signer *signer);

/* A check that is going on. */
struct signature_check {
    const struct trust *trust;
    const struct limits *limits;
    struct findings *findings;
    struct tree *tree; /* that findings are about */
    struct stack_st_X509 *certificates;
    struct evp_pkey_st *key; /* of the first of them, once that is trusted */
};
/* Takes the certificate of a text of base64 into the check; COMITY_E_INVALID is told. */
comity_status check_take_certificate(struct signature_check *check, uint32_t node,
                                     const char *text, size_t len);
/* Sets the key where the first certificate leads to a trusted one; COMITY_E_INVALID is told. */
comity_status check_trust(struct signature_check *check, uint32_t node);
/* Frees what was taken into it. */
void signature_check_end(struct signature_check *check);
/* Tells who signed. */
void check_tell_signer(const struct signature_check *check, uint32_t node);

/* Tells a finding at a node (0: the document), and returns COMITY_E_INVALID. */
__attribute__((format(printf, 5, 6))) comity_status
check_fail(const struct signature_check *check, uint32_t node, const char *code,
           const char *hint, const char *format, ...);
/* True where a node's text is this. */
bool node_says(const struct comity_node *node, const char *text);
bool node_is_named(const struct comity_node *node, const char *name);

/* --- signature_xml.c, signature_json.c: the check, with the tree and arena made ready */

comity_status signature_xml_check(struct signature_check *check, const char *bytes, size_t size,
                                  struct buffer *content);
comity_status signature_json_check(struct signature_check *check, const char *bytes,
                                   size_t size, struct buffer *content);

/* --- signature_xml_form.c: what a signature in XML may look like */

/* The places of its parts: nodes of the tree. */
struct signature_form {
    uint32_t signature, reference, method, value, digest, key_info;
    bool is_rsa; /* by its method */
};
/* Finds the one signature of a document and holds it against the only form that is taken;
 * takes its certificates.  COMITY_E_INVALID is told. */
comity_status signature_form_check(struct signature_check *check, struct signature_form *form);
/* The number of signatures in a document; the first of them, and the root's child. */
size_t signature_form_count(const struct tree *tree, uint32_t *first, uint32_t *of_root);
/* True where two trees say the same: names, texts, attributes in any order. */
bool signature_same_tree(const struct tree *a, uint32_t in_a, const struct tree *b,
                         uint32_t in_b);

#endif
