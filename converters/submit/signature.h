/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Signatures: documents are signed before they are queued, and the signature of what was
 * received is checked.  XML carries an enveloped XMLDSig (W3C XML Signature 1.1; C14N 1.1, as
 * in the examples of ETSI TS 103 120) as the last child of its root, JSON is the payload of a
 * JWS in the flattened serialization (RFC 7515, 7.2.2).
 *
 * The key of a signature is that of the certificate which came with it (X509Data, x5c), and it
 * counts only where that certificate leads to one that is trusted; nothing else in a document
 * says where a key is.  What cannot be had in a plain signature is refused, not passed over.
 * Knows nothing of endpoints, stores or formats.  One thread at a time. */
#ifndef COMITY_CONVERTERS_SUBMIT_SIGNATURE_H
#define COMITY_CONVERTERS_SUBMIT_SIGNATURE_H

#include "base/buffer.h"
#include "base/finding.h"
#include "base/limits.h"

/* --- signing */

/* A private key, its certificate, and those on the way to a trusted one. */
struct signer;

/* Makes a signer of PEM: certificates, the signer's own first, and the key, which is not
 * encrypted.  COMITY_E_INVALID and a sentence in `message` where they cannot sign: they do not
 * belong together, are out of date, or not RSA (2048 bits and more) or ECDSA on P-256, P-384 or
 * P-521.  The texts stay the caller's, who wipes them; the signer is the caller's to free. */
comity_status signer_open(const struct buffer *certificate, const struct buffer *key,
                          struct signer **signer, char *message, size_t size);
void signer_free(struct signer *signer);

/* Signs a document and appends it, signed, to `out`.  What was made is verified before it is
 * given.  COMITY_E_INVALID and a sentence in `message`: it cannot be signed so;
 * COMITY_E_NOMEM. */
comity_status signature_xml_sign(const struct signer *signer, const char *bytes, size_t size,
                                 struct buffer *out, char *message, size_t message_size);
comity_status signature_json_sign(const struct signer *signer, const char *bytes, size_t size,
                                  struct buffer *out, char *message, size_t message_size);

/* --- checking */

/* Certificates that are trusted, each as the end of a chain, and lists of those revoked. */
struct trust;

/* NULL: no memory. */
struct trust *trust_new(void);
/* Adds all certificates and revocation lists of a text of PEM.  Where a list was added, each
 * signer's certificate must be on none, and its issuer must have one that is not out of date.
 * COMITY_E_INVALID: it holds no certificate, or one that cannot be read. */
comity_status trust_add(struct trust *trust, const char *pem, size_t size);
void trust_free(struct trust *trust);

/* Checks that one signature covers the whole of a document (XML or JSON) and was made by a
 * certificate that leads to a trusted one and is valid now.  COMITY_OK: `content` becomes the
 * document that was signed, and a note signature.signer tells who signed.  Of XML `content` is
 * the document with blanks in place of its signature, so that places stay; of a JWS its
 * payload.  COMITY_E_INVALID: a finding signature.* tells why, and `content` is empty;
 * COMITY_E_NOMEM. */
comity_status signature_verify(const struct trust *trust, const char *bytes, size_t size,
                               const struct limits *limits, struct findings *findings,
                               struct buffer *content);

#endif
