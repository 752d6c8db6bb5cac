/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bytes as text: base64 (RFC 4648) and the SHA-256 of bytes in hexadecimal, by nettle.  Any
 * thread. */
#ifndef COMITY_BASE_ENCODING_H
#define COMITY_BASE_ENCODING_H

#include "base/arena.h"
#include "base/buffer.h"

#include <comity/comity.h>

#define SHA256_HEX_SIZE 64u

/* The bytes that base64 text (white space aside) stands for, in the arena.  COMITY_E_INVALID
 * where it is none; COMITY_E_NOMEM. */
comity_status encoding_from_base64(struct arena *arena, const char *text, size_t len,
                                   const char **bytes, size_t *size);

/* Base64 of the bytes, in the arena; NULL: no memory. */
const char *encoding_to_base64(struct arena *arena, const char *bytes, size_t size,
                               size_t *len);

/* Appends base64 of the bytes. */
void encoding_put_base64(struct buffer *out, const char *bytes, size_t size);

/* A UUID of version 5 (RFC 9562) out of a hash of 20 bytes. */
#define UUID_TEXT 37
void encoding_uuid5(const unsigned char hash[20], char uuid[UUID_TEXT]);

/* SHA-256 of the bytes, as SHA256_HEX_SIZE small letters and digits without an end. */
void encoding_sha256(const char *bytes, size_t size, char hex[SHA256_HEX_SIZE]);
/* The SHA-256 of the first bytes and that of all, in one go. */
void encoding_sha256_beginning(const char *bytes, size_t beginning, size_t size,
                               char hex[SHA256_HEX_SIZE], char whole[SHA256_HEX_SIZE]);
/* The same of two pieces, one behind the other. */
void encoding_sha256_both(const char *bytes, size_t size, const char *more, size_t more_size,
                          char hex[SHA256_HEX_SIZE]);

#endif
