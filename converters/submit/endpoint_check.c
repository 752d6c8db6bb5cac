/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an endpoint may say: its name, URL, protocol and format, and each of its settings.
 * Opens nothing. */
#include "submit/endpoint.h"

#include "base/utf8.h"
#include "cli.h"
#include "model/fields.h"
#include "submit/protocol.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_MOST 100u
#define URL_MOST 2000u
#define FORMAT_MOST 300u
#define PATH_MOST 4000u
#define PINS_MOST 16u
#define PARTY_MOST 255u
#define SHOWN 80u /* bytes of a value that a message shows */

void entry_make_text(char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len; at++) {
        size_t good = utf8_invalid(text + at, len - at);
        at += good;
        if (at < len)
            text[at] = '?';
    }
}

void entry_fault(struct entry_faults *faults, const char *code, const char *member,
                 uint32_t node, const char *hint, const char *format, ...)
{
    struct entry_fault fault = {.code = code, .member = member, .hint = hint, .node = node};
    va_list rest;
    va_start(rest, format);
    vsnprintf(fault.message, sizeof fault.message, format, rest);
    va_end(rest);
    entry_make_text(fault.message);
    faults->count++;
    faults->tell(faults->user, &fault);
}

void entry_keep_first(void *user, const struct entry_fault *fault)
{
    struct entry_first *first = user;
    if (first->size)
        snprintf(first->message, first->size, "%s", fault->message);
    first->size = 0;
}

/* U+202A..202E and U+2066..2069 turn the direction of what follows. */
static bool is_turning(uint32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool entry_text_is_plain(const char *text, size_t len, bool lines)
{
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, len - at, &code);
        bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        if (!size || is_turning(code) || (is_control && !(lines && code == '\n')))
            return false;
        at += size;
    }
    return true;
}

static bool is_one_of(char c, const char *others)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr(others, c));
}

/* True where a name looks like that of a secret: it would stand in the register for all who
 * can read it. */
static bool names_secret(const char *name, size_t len)
{
    static const char *const words[] = {"pass",   "pwd",     "secret", "token",    "credential",
                                        "apikey", "api_key", "bearer", "authoriz", "signature"};
    static const char *const whole[] = {"key", "sig", "auth"};
    char lower[64];
    size_t count = len < sizeof lower - 1 ? len : sizeof lower - 1;
    for (size_t i = 0; i < count; i++)
        lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    lower[count] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(lower, words[i]))
            return true;
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (strcmp(lower, whole[i]) == 0)
            return true;
    return false;
}

/* --- URL */

static const char *query_secret(const char *query, size_t *len)
{
    for (const char *at = query; at && *at; at += strcspn(at, "&;") + 1) {
        size_t all = strcspn(at, "&;");
        *len = strcspn(at, "=&;");
        if (names_secret(at, *len))
            return at;
        if (!at[all])
            break;
    }
    return NULL;
}

/* What is wrong with the parts that curl finds, as it is curl that will use them. */
static const char *wrong_part(CURLU *parts)
{
    char *host = NULL, *user = NULL, *password = NULL, *fragment = NULL;
    const char *wrong = NULL;
    if (curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
        wrong = "it names no host";
    else if (strchr(host, '%') || host[0] == '.' || strstr(host, ".."))
        wrong = "its host is no name or address";
    else if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK ||
             curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
        wrong = "it holds a user or a password, which belong in no register";
    else if (curl_url_get(parts, CURLUPART_FRAGMENT, &fragment, 0) == CURLUE_OK)
        wrong = "it has a fragment (#), which is never sent";
    curl_free(host);
    curl_free(user);
    curl_free(password);
    curl_free(fragment);
    return wrong;
}

/* Before curl, which forgives much: one slash or three, blanks, a user without a name. */
static const char *wrong_text(const char *url)
{
    static const char prefix[] = "https://";
    if (strncmp(url, prefix, sizeof prefix - 1) != 0)
        return "it does not begin with https://, and requests travel by nothing else";
    for (const char *p = url; *p; p++)
        if (*p <= ' ' || *p > '~' || strchr("\\\"<>^`{|}", *p))
            return "it holds a character that no URL has; write it as %XX, and a host as xn--";
    const char *host = url + sizeof prefix - 1;
    size_t len = strcspn(host, "/?#");
    if (!len || *host == ':')
        return "it names no host";
    if (memchr(host, '@', len))
        return "it holds a user or a password, which belong in no register";
    return memchr(host, '%', len) ? "its host is no name or address" : NULL;
}

static const char *wrong_url(const char *url)
{
    const char *wrong = wrong_text(url);
    if (wrong)
        return wrong;
    CURLU *parts = curl_url();
    if (!parts)
        return "there is no memory to look at it";
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
    wrong = code == CURLUE_OK ? wrong_part(parts) : curl_url_strerror(code);
    curl_url_cleanup(parts);
    return wrong;
}

static void check_url(const char *url, struct entry_faults *faults)
{
    size_t len = 0, size = strlen(url);
    const char *wrong = size > URL_MOST ? "it is longer than 2000 characters" : wrong_url(url);
    if (wrong) { /* not the URL itself: it may hold a password */
        entry_fault(faults, "register.url", "url", 0, "write https://HOST/PATH",
                    "the URL cannot be used: %s", wrong);
        return;
    }
    const char *query = strchr(url, '?');
    const char *secret = query ? query_secret(query + 1, &len) : NULL;
    if (secret)
        entry_fault(
            faults, "register.url", "url", 0, "name a certificate and a key in the settings",
            "the URL has a query member '%.*s', which looks like a secret", (int)len, secret);
}

/* --- name, protocol, format */

void endpoint_check_name(const char *name, struct entry_faults *faults)
{
    size_t len = strlen(name), good = 0;
    while (good < len && is_one_of(name[good], "-_."))
        good++;
    if (!len || len > NAME_MOST || good < len)
        entry_fault(faults, "register.name", "name", 0, NULL,
                    "an endpoint's name is of letters, digits, '-', '_' and '.', 100 at most; "
                    "not '%.*s'",
                    (int)utf8_cut(name, len, SHOWN), name);
}

static void check_protocol(const char *protocol, struct entry_faults *faults)
{
    if (protocol_find(protocol))
        return;
    entry_fault(faults, "register.protocol", "protocol", 0, NULL,
                "there is no protocol '%.*s'; it is https, hi1, connector-client or domibus",
                (int)utf8_cut(protocol, strlen(protocol), SHOWN), protocol);
}

/* Only how it is written: which formats there are depends on the plugins of the day. */
static void check_format(const char *format, struct entry_faults *faults)
{
    size_t len = strlen(format), id = 0;
    while (id < len && is_one_of(format[id], "-_."))
        id++;
    bool is_file = strchr(format, '/') || (len > 5 && strcmp(format + len - 5, ".json") == 0);
    bool is_bad = !id || len > FORMAT_MOST || (format[id] && format[id] != ':') || is_file ||
                  !entry_text_is_plain(format, len, false);
    if (is_bad)
        entry_fault(faults, "register.format", "format", 0, "'comity formats' lists them",
                    "a format is ID or ID:OPTION=VALUE,...; not '%.*s'",
                    (int)utf8_cut(format, len, SHOWN), format);
}

void endpoint_check(const struct endpoint_text *text, struct entry_faults *faults)
{
    if (!text->name)
        entry_fault(faults, "register.name", "name", 0, NULL, "the endpoint has no name");
    if (text->url)
        check_url(text->url, faults);
    else
        entry_fault(faults, "register.url", "url", 0, NULL, "the endpoint has no URL");
    if (text->protocol)
        check_protocol(text->protocol, faults);
    else
        entry_fault(faults, "register.protocol", "protocol", 0, NULL,
                    "the endpoint has no protocol");
    if (text->format)
        check_format(text->format, faults);
    else
        entry_fault(faults, "register.format", "format", 0, NULL, "the endpoint has no format");
}

/* --- settings */

struct setting {
    const char *name;
    void (*check)(const struct tree *tree, uint32_t index, const struct setting *setting,
                  struct entry_faults *faults);
    uint64_t least, most;
};

static bool is_text(const struct comity_node *node, size_t most)
{
    return node->kind == COMITY_NODE_STRING && node->text_len && node->text_len <= most &&
           entry_text_is_plain(node->text, node->text_len, false);
}

static void wrong_setting(const struct setting *setting, uint32_t index,
                          struct entry_faults *faults, const char *expected)
{
    entry_fault(faults, "register.settings", setting->name, index, NULL,
                "the setting '%s' takes %s", setting->name, expected);
}

const char *endpoint_credential(const char *path)
{
    static const char prefix[] = "credential:";
    return strncmp(path, prefix, sizeof prefix - 1) == 0 ? path + sizeof prefix - 1 : NULL;
}

/* A name without a folder, so that it stays among what systemd hands over. */
static bool is_file(const char *text)
{
    const char *name = endpoint_credential(text);
    return name ? *name && *name != '.' && !strchr(name, '/') : *text == '/';
}

static void check_path(const struct tree *tree, uint32_t index, const struct setting *setting,
                       struct entry_faults *faults)
{
    const struct comity_node *node = tree_node(tree, index);
    char path[PATH_MOST + 1];
    bool is_given = is_text(node, PATH_MOST);
    snprintf(path, sizeof path, "%.*s", is_given ? (int)node->text_len : 0, node->text);
    if (!is_given || !is_file(path))
        wrong_setting(setting, index, faults,
                      "the whole path of a file, from / on, or credential:NAME");
}

static void check_number(const struct tree *tree, uint32_t index, const struct setting *setting,
                         struct entry_faults *faults)
{
    const struct comity_node *node = tree_node(tree, index);
    char digits[24] = "", expected[100];
    uint64_t number = 0;
    if (node->kind == COMITY_NODE_NUMBER && node->text_len < sizeof digits)
        memcpy(digits, node->text, node->text_len);
    if (cli_number(digits, setting->most, &number) && number >= setting->least)
        return;
    snprintf(expected, sizeof expected, "a whole number from %llu to %llu",
             (unsigned long long)setting->least, (unsigned long long)setting->most);
    wrong_setting(setting, index, faults, expected);
}

static void check_flag(const struct tree *tree, uint32_t index, const struct setting *setting,
                       struct entry_faults *faults)
{
    uint8_t kind = tree_node(tree, index)->kind;
    if (kind != COMITY_NODE_TRUE && kind != COMITY_NODE_FALSE)
        wrong_setting(setting, index, faults, "true or false");
}

/* "sha256//" and 32 bytes in base64: 43 digits and one "=". */
static bool is_pin(const struct comity_node *node)
{
    if (node->kind != COMITY_NODE_STRING || node->text_len != 8 + 44 ||
        memcmp(node->text, "sha256//", 8) != 0 || node->text[51] != '=')
        return false;
    for (size_t i = 8; i < 51; i++)
        if (!is_one_of(node->text[i], "+/"))
            return false;
    return strchr("AEIMQUYcgkosw048", node->text[50]) != NULL;
}

static void check_pins(const struct tree *tree, uint32_t index, const struct setting *setting,
                       struct entry_faults *faults)
{
    static const char expected[] = "a list of 1 to 16 texts sha256//BASE64, each the digest of "
                                   "a public key";
    const struct comity_node *list = tree_node(tree, index);
    if (list->kind != COMITY_NODE_LIST || !list->count || list->count > PINS_MOST) {
        wrong_setting(setting, index, faults, expected);
        return;
    }
    for (uint32_t pin = list->first; pin; pin = tree_node(tree, pin)->next)
        if (!is_pin(tree_node(tree, pin)))
            wrong_setting(setting, pin, faults, expected);
}

static void check_purposes(const struct tree *tree, uint32_t index,
                           const struct setting *setting, struct entry_faults *faults)
{
    const struct comity_node *list = tree_node(tree, index);
    if (list->kind != COMITY_NODE_LIST || !list->count)
        wrong_setting(setting, index, faults, "a list of kinds of requests");
    for (uint32_t i = list->kind == COMITY_NODE_LIST ? list->first : 0; i;
         i = tree_node(tree, i)->next) {
        const struct comity_node *kind = tree_node(tree, i);
        if (kind->kind != COMITY_NODE_STRING || !code_find(L_kind, kind->text, kind->text_len))
            wrong_setting(setting, i, faults,
                          "kinds of documents, as docs/schema/fields.md lists them");
    }
}

/* What a gateway writes into its envelope. */
static const char *const party_names[] = {"originalSender", "finalRecipient", "fromPartyId",
                                          "fromPartyType",  "fromPartyRole",  "toPartyId",
                                          "toPartyType",    "toPartyRole",    "service",
                                          "serviceType",    "action"};

static bool is_party(const struct comity_node *node)
{
    for (size_t i = 0; i < sizeof party_names / sizeof party_names[0]; i++)
        if (strlen(party_names[i]) == node->name_len &&
            memcmp(party_names[i], node->name, node->name_len) == 0)
            return true;
    return false;
}

static void check_parties(const struct tree *tree, uint32_t index,
                          const struct setting *setting, struct entry_faults *faults)
{
    const struct comity_node *group = tree_node(tree, index);
    if (group->kind != COMITY_NODE_GROUP) {
        wrong_setting(setting, index, faults, "an object of texts");
        return;
    }
    for (uint32_t i = group->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        if (!is_party(node))
            wrong_setting(setting, i, faults,
                          "originalSender, finalRecipient, service, serviceType, action, and "
                          "the Id, Type and Role of fromParty and toParty");
        else if (!is_text(node, PARTY_MOST))
            wrong_setting(setting, i, faults,
                          "texts of 1 to 255 bytes, without control "
                          "characters");
    }
}

static void check_sign(const struct tree *tree, uint32_t index, const struct setting *setting,
                       struct entry_faults *faults)
{
    const struct comity_node *node = tree_node(tree, index);
    bool is_known = node->kind == COMITY_NODE_STRING &&
                    ((node->text_len == 7 && memcmp(node->text, "xmldsig", 7) == 0) ||
                     (node->text_len == 3 && memcmp(node->text, "jws", 3) == 0));
    if (!is_known)
        wrong_setting(setting, index, faults, "xmldsig (for XML) or jws (for JSON)");
}

static const struct setting known_settings[] = {
    {"certificate", check_path, 0, 0},
    {"key", check_path, 0, 0},
    {"password", check_path, 0, 0},
    {"ca", check_path, 0, 0},
    {"pins", check_pins, 0, 0},
    {"internal", check_flag, 0, 0},
    {"connections", check_number, 1, 256},
    {"seconds", check_number, 1, 3600},
    {"answer_bytes", check_number, 1u << 10, 64u << 20},
    {"age_seconds", check_number, 60, 31536000},
    {"ask_seconds", check_number, 1, 3600},
    {"purposes", check_purposes, 0, 0},
    {"parties", check_parties, 0, 0},
    {"sign", check_sign, 0, 0},
    {"sign_certificate", check_path, 0, 0},
    {"sign_key", check_path, 0, 0},
};

static const struct setting *find_setting(const struct comity_node *node)
{
    for (size_t i = 0; i < sizeof known_settings / sizeof known_settings[0]; i++)
        if (strlen(known_settings[i].name) == node->name_len &&
            memcmp(known_settings[i].name, node->name, node->name_len) == 0)
            return &known_settings[i];
    return NULL;
}

/* What must stand there together. */
static void check_signing(const struct tree *tree, uint32_t group, struct entry_faults *faults)
{
    static const char *const members[] = {"sign", "sign_certificate", "sign_key"};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++)
        count += tree_find(tree, group, members[i], strlen(members[i]), NULL) != 0;
    if (count % 3)
        entry_fault(faults, "register.settings", "sign", 0,
                    "the key is one of its own, for nothing but signatures",
                    "of sign, sign_certificate and sign_key the settings name some alone");
}

void endpoint_check_settings(const struct tree *tree, uint32_t group,
                             struct entry_faults *faults)
{
    for (uint32_t i = tree_node(tree, group)->first; i; i = tree_node(tree, i)->next) {
        const struct comity_node *node = tree_node(tree, i);
        const struct setting *setting = find_setting(node);
        if (setting)
            setting->check(tree, i, setting, faults);
        else
            entry_fault(faults, "register.settings", "settings", i,
                        names_secret(node->name, node->name_len)
                            ? "secrets stand in files: name a certificate and a key"
                            : "docs/submit.md lists them",
                        "there is no setting '%.*s'",
                        (int)utf8_cut(node->name, node->name_len, SHOWN), node->name);
    }
    bool has_certificate = tree_find(tree, group, "certificate", 11, NULL) != 0;
    bool has_key = tree_find(tree, group, "key", 3, NULL) != 0;
    if (has_certificate != has_key)
        entry_fault(faults, "register.settings", has_key ? "key" : "certificate", 0,
                    "name both; they may be one file",
                    "of certificate and key the settings name one alone");
    check_signing(tree, group, faults);
}

void endpoint_check_parties(const struct endpoint *endpoint, struct entry_faults *faults)
{
    const struct protocol *protocol = protocol_find(endpoint->protocol);
    const cJSON *parties = cJSON_GetObjectItemCaseSensitive(endpoint->settings, "parties");
    const char *const *name = protocol && protocol->parties ? protocol->parties : NULL;
    for (; name && *name; name++)
        if (!cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(parties, *name)))
            entry_fault(faults, "register.settings", "parties", 0,
                        "name it in the settings: {\"parties\": {...}}",
                        "the protocol %s needs the party '%s'", protocol->name, *name);
}
