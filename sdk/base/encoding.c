/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/encoding.h"

#include <nettle/base16.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>

comity_status encoding_from_base64(struct arena *arena, const char *text, size_t len,
                                   const char **bytes, size_t *size)
{
    struct base64_decode_ctx context;
    uint8_t *decoded = arena_alloc(arena, BASE64_DECODE_LENGTH(len) + 1);
    *size = BASE64_DECODE_LENGTH(len);
    if (!decoded)
        return COMITY_E_NOMEM;
    base64_decode_init(&context);
    if (!base64_decode_update(&context, size, decoded, len, text) ||
        !base64_decode_final(&context))
        return COMITY_E_INVALID;
    *bytes = (const char *)decoded;
    return COMITY_OK;
}

const char *encoding_to_base64(struct arena *arena, const char *bytes, size_t size, size_t *len)
{
    *len = BASE64_ENCODE_RAW_LENGTH(size);
    char *text = arena_alloc(arena, *len + 1);
    if (text)
        base64_encode_raw(text, size, (const uint8_t *)bytes);
    return text;
}

void encoding_put_base64(struct buffer *out, const char *bytes, size_t size)
{
    size_t len = BASE64_ENCODE_RAW_LENGTH(size);
    if (!buffer_reserve(out, len))
        return;
    base64_encode_raw(out->bytes + out->size, size, (const uint8_t *)bytes);
    out->size += len;
}

void encoding_uuid5(const unsigned char hash[20], char uuid[UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    char *at = uuid;
    for (size_t i = 0; i < 16; i++) {
        unsigned int byte = hash[i];
        if (i == 6)
            byte = (byte & 0x0Fu) | 0x50u;
        if (i == 8)
            byte = (byte & 0x3Fu) | 0x80u;
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 15];
    }
    *at = '\0';
}

void encoding_sha256(const char *bytes, size_t size, char hex[SHA256_HEX_SIZE])
{
    encoding_sha256_both(bytes, size, NULL, 0, hex);
}

void encoding_sha256_beginning(const char *bytes, size_t beginning, size_t size,
                               char hex[SHA256_HEX_SIZE], char whole[SHA256_HEX_SIZE])
{
    struct sha256_ctx hash, copy;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    sha256_update(&hash, beginning, (const uint8_t *)bytes);
    copy = hash;
    sha256_digest(&copy, sizeof digest, digest);
    base16_encode_update(hex, sizeof digest, digest);
    sha256_update(&hash, size - beginning, (const uint8_t *)bytes + beginning);
    sha256_digest(&hash, sizeof digest, digest);
    base16_encode_update(whole, sizeof digest, digest);
}

void encoding_sha256_both(const char *bytes, size_t size, const char *more, size_t more_size,
                          char hex[SHA256_HEX_SIZE])
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    sha256_update(&hash, size, (const uint8_t *)bytes);
    sha256_update(&hash, more_size, (const uint8_t *)more);
    sha256_digest(&hash, sizeof digest, digest);
    base16_encode_update(hex, sizeof digest, digest);
}
