/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a text fits the type of its field.  A text that does not stays as written; the
 * caller warns.  Knows nothing of records. */
#include "model/codes.h"
#include "model/dates.h"
#include "model/record.h"
#include "syntax/json.h"

static bool is_language(const char *text, size_t len)
{
    /* BCP 47: a primary subtag of two or three letters, then subtags of up to eight. */
    size_t subtag = 0, start = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] != '-') {
            char c = text[i];
            bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            bool digit = c >= '0' && c <= '9';
            if (!letter && !(digit && subtag > 0))
                return false;
            continue;
        }
        size_t length = i - start;
        if (length == 0 || length > 8 || (subtag == 0 && (length < 2 || length > 3)))
            return false;
        subtag++;
        start = i + 1;
    }
    return true;
}

static bool is_country(const char *text, size_t len)
{
    if (len == 3) /* an organisation's number, such as INTERPOL's 914 */
        return text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9' &&
               text[2] >= '0' && text[2] <= '9';
    return iso_country_known(text, len);
}

static bool is_digest(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    return len == 64;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_uri(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_blank(text[i]))
            return false;
    return len > 0;
}

/* White space, as mail and XML have it, aside. */
static bool is_base64(const char *text, size_t len)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool known[256] = {false};
    size_t count = 0, padding = 0;
    for (const char *digit = digits; *digit; digit++)
        known[(unsigned char)*digit] = true;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '=')
            padding++;
        else if (known[(unsigned char)text[i]] && !padding)
            count++;
        else if (!is_blank(text[i]))
            return false;
    }
    return padding <= 2 && (count + padding) % 4 == 0;
}

const char *value_check(const struct field *field, const char *text, size_t len,
                        const char **expected)
{
    switch (field->type) {
    case TYPE_TOKEN:
        *expected = "text without white space at its ends";
        return len > 0 && !is_blank(text[0]) && !is_blank(text[len - 1]) ? NULL : "model.token";
    case TYPE_DATE:
        *expected = "a date as YYYY, YYYY-MM or YYYY-MM-DD";
        return date_is_partial(text, len) ? NULL : "model.date";
    case TYPE_TIME:
        *expected = "a date, or a time as YYYY-MM-DDTHH:MM:SS with its zone";
        return date_is_time(text, len) ? NULL : "model.date";
    case TYPE_NUMBER:
        *expected = "a number";
        return json_is_number(text, len) ? NULL : "model.number";
    case TYPE_BOOLEAN:
        *expected = "true or false";
        return (len == 4 && memcmp(text, "true", 4) == 0) ||
                       (len == 5 && memcmp(text, "false", 5) == 0)
                   ? NULL
                   : "model.boolean";
    case TYPE_COUNTRY:
        *expected = "an ISO 3166-1 alpha-2 code, or an organisation's three digits";
        return is_country(text, len) ? NULL : "model.country";
    case TYPE_LANGUAGE:
        *expected = "a BCP 47 language tag";
        return is_language(text, len) ? NULL : "model.language";
    case TYPE_CODE:
        *expected = "a value of the field's code list";
        return code_find(field->ref, text, len) ? NULL : "model.code";
    case TYPE_DIGEST:
        *expected = "64 hexadecimal digits in lower case";
        return is_digest(text, len) ? NULL : "model.digest";
    case TYPE_BASE64:
        *expected = "base64 (RFC 4648)";
        return is_base64(text, len) ? NULL : "model.base64";
    case TYPE_URI:
        *expected = "a URI";
        return is_uri(text, len) ? NULL : "model.uri";
    default:
        return NULL;
    }
}
