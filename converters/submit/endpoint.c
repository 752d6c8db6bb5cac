/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where requests are sent; see endpoint.h. */
#include "submit/endpoint.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 2048u
#define PIN_BYTES 44u

static const char pin_prefix[] = "sha256//";

/* Numbers that settings may have. */
static const struct {
    const char *name;
    double least, most;
} numbers[] = {{"connections", 1, 256},
               {"seconds", 1, 3600},
               {"answer_bytes", 1024, 64 << 20},
               {"age_seconds", 60, 31536000}};
static const char *const files[] = {"certificate", "key", "ca"};

static comity_status refuse(char *message, size_t size, const char *what, const char *which)
{
    snprintf(message, size, "%s%s%.100s", what, which ? ": " : "", which ? which : "");
    return COMITY_E_USAGE;
}

/* --- the address */

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK && text && *text;
    curl_free(text);
    return has;
}

static comity_status check_url(const char *text, char *message, size_t size)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    comity_status status = COMITY_OK;
    if (!url)
        return COMITY_E_NOMEM;
    if (strlen(text) > NAME_BYTES ||
        curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        status = refuse(message, size, "the address is no URL", NULL);
    else if (strcmp(scheme, "https") != 0)
        status =
            refuse(message, size, "the address must begin with https://, and not with", scheme);
    else if (!has_part(url, CURLUPART_HOST))
        status = refuse(message, size, "the address names no host", NULL);
    else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        status = refuse(message, size,
                        "the address holds a user or password: use a client certificate", NULL);
    else if (has_part(url, CURLUPART_FRAGMENT))
        status = refuse(message, size, "the address has a fragment, which is never sent", NULL);
    curl_free(scheme);
    curl_url_cleanup(url);
    return status;
}

/* --- settings */

static bool is_pin(const cJSON *pin)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (!cJSON_IsString(pin) ||
        strncmp(pin->valuestring, pin_prefix, sizeof pin_prefix - 1) != 0)
        return false;
    const char *base64 = pin->valuestring + sizeof pin_prefix - 1;
    return strlen(base64) == PIN_BYTES && strspn(base64, letters) == PIN_BYTES - 1 &&
           base64[PIN_BYTES - 1] == '=';
}

static comity_status check_setting(const cJSON *setting, char *message, size_t size)
{
    const char *name = setting->string;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(name, numbers[i].name) == 0) {
            if (cJSON_IsNumber(setting) && setting->valuedouble >= numbers[i].least &&
                setting->valuedouble <= numbers[i].most)
                return COMITY_OK;
            snprintf(message, size, "the setting %s is a number from %.0f to %.0f", name,
                     numbers[i].least, numbers[i].most);
            return COMITY_E_USAGE;
        }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(name, files[i]) == 0)
            return cJSON_IsString(setting) && *setting->valuestring
                       ? COMITY_OK
                       : refuse(message, size, "the setting is the name of a file", name);
    if (strcmp(name, "internal") == 0)
        return cJSON_IsBool(setting)
                   ? COMITY_OK
                   : refuse(message, size, "the setting is true or false", name);
    if (strcmp(name, "parties") == 0)
        return cJSON_IsObject(setting)
                   ? COMITY_OK
                   : refuse(message, size, "the setting is an object", name);
    if (strcmp(name, "pins") != 0)
        return refuse(message, size, "there is no such setting", name);
    const cJSON *pin;
    cJSON_ArrayForEach (pin, setting) {
        if (!is_pin(pin))
            return refuse(message, size, "a pin is \"sha256//\" and 44 characters of base64",
                          cJSON_IsString(pin) ? pin->valuestring : NULL);
    }
    return cJSON_IsArray(setting) ? COMITY_OK
                                  : refuse(message, size, "the setting is a list", name);
}

static comity_status take_settings(struct endpoint *endpoint, const char *settings,
                                   char *message, size_t size)
{
    const cJSON *setting, *other;
    const char *end = NULL;
    endpoint->settings =
        settings ? cJSON_ParseWithOpts(settings, &end, 1) : cJSON_CreateObject();
    if (!cJSON_IsObject(endpoint->settings))
        return refuse(message, size, "the settings are no JSON object", NULL);
    cJSON_ArrayForEach (setting, endpoint->settings) {
        comity_status status = check_setting(setting, message, size);
        if (status != COMITY_OK)
            return status;
        for (other = setting->next; other; other = other->next)
            if (strcmp(other->string, setting->string) == 0)
                return refuse(message, size, "a setting stands twice", setting->string);
    }
    return !endpoint_text(endpoint, "certificate") == !endpoint_text(endpoint, "key")
               ? COMITY_OK
               : refuse(message, size, "a certificate needs its key, and a key its certificate",
                        NULL);
}

comity_status endpoint_make(struct endpoint *endpoint, const char *name, const char *url,
                            const char *protocol, const char *format, const char *settings,
                            char *message, size_t size)
{
    *endpoint = (struct endpoint){.name = strdup(name),
                                  .url = strdup(url),
                                  .protocol = strdup(protocol),
                                  .format = strdup(format)};
    if (!endpoint->name || !endpoint->url || !endpoint->protocol || !endpoint->format)
        return COMITY_E_NOMEM;
    comity_status status = check_url(url, message, size);
    if (status == COMITY_OK)
        status = take_settings(endpoint, settings, message, size);
    return status;
}

comity_status endpoint_find(struct store *store, const char *name, struct endpoint *endpoint)
{
    struct sqlite3_stmt *s = store_prepare(
        store, "SELECT url, protocol, format, settings FROM endpoint WHERE name = :name");
    *endpoint = (struct endpoint){.name = NULL};
    if (!s)
        return COMITY_E_IO;
    store_bind_text(s, ":name", name);
    comity_status status = store_step(store, s);
    if (status == COMITY_OK)
        status =
            endpoint_make(endpoint, name, store_text(s, 0), store_text(s, 1), store_text(s, 2),
                          store_text(s, 3), store->message, sizeof store->message);
    sqlite3_finalize(s);
    return status;
}

const char *endpoint_text(const struct endpoint *endpoint, const char *member)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(endpoint->settings, member);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

int64_t endpoint_number(const struct endpoint *endpoint, const char *member, int64_t fallback)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(endpoint->settings, member);
    return cJSON_IsNumber(value) ? (int64_t)value->valuedouble : fallback;
}

bool endpoint_flag(const struct endpoint *endpoint, const char *member)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(endpoint->settings, member));
}

char *endpoint_settings(const struct endpoint *endpoint)
{
    return cJSON_PrintUnformatted(endpoint->settings);
}

void endpoint_free(struct endpoint *endpoint)
{
    free(endpoint->name);
    free(endpoint->url);
    free(endpoint->protocol);
    free(endpoint->format);
    cJSON_Delete(endpoint->settings);
    *endpoint = (struct endpoint){.name = NULL};
}
