/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Signs what is to be queued; see submit_sign.h. */
#include "submit/submit_sign.h"

#include "submit/signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static comity_status open_signer(const struct endpoint *endpoint, struct signer **signer,
                                 char *message, size_t size)
{
    struct buffer certificate, key;
    struct entry_first first = {message, size};
    struct entry_faults faults = {.tell = entry_keep_first, .user = &first};
    endpoint_read_file(endpoint, "sign_certificate", &certificate, &faults);
    endpoint_read_file(endpoint, "sign_key", &key, &faults);
    comity_status status = faults.count
                               ? COMITY_E_INVALID
                               : signer_open(&certificate, &key, signer, message, size);
    buffer_free(&certificate);
    buffer_free(&key); /* which wipes it */
    return status;
}

/* What stands against signing the item so; NULL: nothing. */
static const char *wrong_use(const struct outbox_item *item, bool is_xml, const char *syntax)
{
    if (!syntax || strcmp(syntax, is_xml ? "xml" : "json") != 0)
        return is_xml ? "xmldsig signs XML, and the format that is sent is none"
                      : "jws signs JSON, and the format that is sent is none";
    if (!is_xml && strcmp(item->endpoint.protocol, "hi1") == 0)
        return "hi1 carries messages as they are, and not within a jws; its XML is signed by "
               "xmldsig";
    return NULL;
}

static comity_status replace(struct outbox_item *item, struct buffer *made, bool is_xml)
{
    char *type = strdup(is_xml ? item->media_type : "application/jose+json");
    char *payload = malloc(made->size + 1);
    if (!type || !payload) {
        free(type);
        free(payload);
        return COMITY_E_NOMEM;
    }
    memcpy(payload, made->bytes, made->size);
    payload[made->size] = '\0';
    explicit_bzero(item->payload, item->size);
    free(item->payload);
    free(item->media_type);
    item->payload = payload;
    item->media_type = type;
    item->size = made->size;
    encoding_sha256(payload, made->size, item->sha256);
    return COMITY_OK;
}

comity_status submit_sign(struct outbox_item *item, const char *syntax, char *message,
                          size_t size)
{
    const char *how = endpoint_text(&item->endpoint, "sign");
    struct signer *signer = NULL;
    struct buffer made;
    if (!how)
        return COMITY_OK;
    bool is_xml = strcmp(how, "xmldsig") == 0;
    const char *wrong = wrong_use(item, is_xml, syntax);
    if (wrong) {
        snprintf(message, size, "%s", wrong);
        return COMITY_E_INVALID;
    }
    buffer_init(&made, 0);
    comity_status status = open_signer(&item->endpoint, &signer, message, size);
    if (status == COMITY_OK)
        status = (is_xml ? signature_xml_sign : signature_json_sign)(
            signer, item->payload, item->size, &made, message, size);
    if (status == COMITY_OK)
        status = replace(item, &made, is_xml);
    signer_free(signer);
    buffer_free(&made);
    return status;
}
