/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All items of the inputs; see whole.h. */
#include "batch/whole.h"

#include "base/encoding.h"

#include <stdio.h>
#include <string.h>

void whole_add(struct whole *whole, const struct item *item)
{
    /* the digest so far, of the name, of the bytes or the code; then the numbers */
    char text[3 * SHA256_HEX_SIZE + 48];
    const char *code = item->code ? item->code : "";
    bool is_taken = item->outcome == ITEM_TAKEN;
    memset(text, '0', SHA256_HEX_SIZE);
    memcpy(text, whole->digest, strlen(whole->digest));
    encoding_sha256(item->entry, item->entry_len, text + SHA256_HEX_SIZE);
    encoding_sha256(is_taken ? item->bytes : code, is_taken ? item->size : strlen(code),
                    text + 2 * SHA256_HEX_SIZE);
    int more = snprintf(text + 3 * SHA256_HEX_SIZE, 48, "%llu %llu",
                        (unsigned long long)item->twin, (unsigned long long)item->value);
    encoding_sha256(text, 3 * SHA256_HEX_SIZE + (size_t)more, whole->digest);
    whole->digest[SHA256_HEX_SIZE] = '\0';
    whole->items++;
}
