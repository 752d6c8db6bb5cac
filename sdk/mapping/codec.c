/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Codecs: a scalar of the source to canonical text and back.  What a codec does not
 * understand stands as written both ways.  Knows nothing of records. */
#include "base/bytes.h"
#include "base/fold.h"
#include "mapping/template.h"
#include "model/codes.h"
#include "syntax/json.h"

bool codec_is_unknown(const struct row *row, const char *text, size_t len, uint8_t kind)
{
    if (row->fallback && strlen(row->fallback) == len && bytes_equal(row->fallback, text, len))
        return true; /* it was written because there was nothing to say */
    for (size_t i = 0; i < row->unknown_count; i++) {
        const struct constant *unknown = &row->unknown[i];
        /* target.field holds the JSON kind of the constant */
        if (unknown->target.field == kind && unknown->len == len &&
            bytes_equal(unknown->text, text, len))
            return true;
    }
    return false;
}

static bool decode_date(const struct row *row, struct arena *arena, const char *text,
                        size_t len, struct decoded *out)
{
    struct partial_date date;
    bool exact;
    const struct date_style *style = row->dates;
    out->expected = style->pattern;
    out->code = "model.date";
    out->known = false;
    for (; style->pattern && !out->known; style++)
        out->known = date_read_style(style, text, len, &date, &exact);
    if (!out->known) {
        /* As written; a canonical date would be written back in the pattern. */
        out->exact = out->exact && !date_is_partial(text, len);
        return true;
    }
    char *canonical = arena_alloc(arena, 32);
    if (!canonical)
        return false;
    out->len = date_write_pattern("YYYY-MM-DD", &date, canonical);
    out->text = canonical;
    out->precise = exact || style != row->dates + 1;
    out->exact = out->exact && exact && style == row->dates + 1;
    return true;
}

/* The code; `is_typed`: a word in a form, that people spell in their own way. */
static const struct code_pair *pair_by_code(const struct code_table *table, const char *text,
                                            size_t len, bool is_typed)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->pairs[i].code_len == len && bytes_equal(table->pairs[i].code, text, len))
            return &table->pairs[i];
    for (size_t i = 0; is_typed && i < table->count; i++)
        if (fold_equal(table->pairs[i].code, table->pairs[i].code_len, text, len))
            return &table->pairs[i];
    return NULL;
}

/* "19850305": a date in digits alone; fewer of them state less. */
static bool decode_digits(struct arena *arena, const char *text, size_t len,
                          struct decoded *out)
{
    struct partial_date date;
    char canonical[11];
    size_t size = 0;
    for (size_t i = 0; i < len && i < 8; i++) {
        if (i == 4 || i == 6)
            canonical[size++] = '-';
        canonical[size++] = text[i];
    }
    out->expected = "a date as YYYYMMDD";
    out->code = "model.date";
    out->known = (len == 4 || len == 6 || len == 8) && date_read(canonical, size, &date);
    if (!out->known)
        return true;
    out->text = arena_copy(arena, canonical, size);
    out->len = size;
    return out->text != NULL;
}

static const struct code_pair *pair_by_value(const struct code_table *table, const char *text,
                                             size_t len)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->pairs[i].value_len == len && bytes_equal(table->pairs[i].value, text, len))
            return &table->pairs[i];
    return NULL;
}

static void decode_code(const struct row *row, const char *text, size_t len, bool is_typed,
                        struct decoded *out)
{
    const struct code_pair *pair = pair_by_code(row->codes, text, len, is_typed);
    out->expected = row->codes->expected;
    out->code = "model.code";
    out->known = pair != NULL;
    if (!pair) {
        out->exact = out->exact && !pair_by_value(row->codes, text, len);
        return;
    }
    out->text = pair->value;
    out->len = pair->value_len;
    /* Several codes may share a value; the first of them is the one that is written. */
    bool first = pair_by_value(row->codes, pair->value, pair->value_len) == pair;
    out->exact =
        out->exact && first && pair->code_len == len && bytes_equal(pair->code, text, len);
    out->precise = first;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* ISO 639-2 bibliographic code in capitals. */
static size_t language_code(const char *tag, size_t len, char code[4])
{
    const char *found = iso_language_bibliographic(tag, len);
    for (int i = 0; found && i < 3; i++)
        code[i] = upper(found[i]);
    return found ? 3 : 0;
}

static void decode_language(const char *text, size_t len, struct decoded *out)
{
    const struct iso_language *language = iso_language_find(text, len);
    char back[4];
    out->expected = "an ISO 639-2 code";
    out->code = "model.language";
    out->known = language != NULL;
    if (!language) {
        out->exact = out->exact && language_code(text, len, back) == 0;
        return;
    }
    out->text = language->tag;
    out->len = strlen(language->tag);
    for (int i = 0; i < 3; i++) /* written back: the bibliographic code in capitals */
        out->exact = out->exact && upper(language->bibliographic[i]) == text[i];
}

/* A country by its name in a language, or by what the row's own table calls it. */
static bool decode_country(const struct row *row, struct arena *arena, const char *language,
                           const char *text, size_t len, struct decoded *out)
{
    char code[3];
    const struct code_pair *pair =
        row->codes ? pair_by_code(row->codes, text, len, true) : NULL;
    const char *names = row->language ? row->language : language;
    enum country_match match = pair ? COUNTRY_FOUND : country_by_name(names, text, len, code);
    out->expected = match == COUNTRY_AMBIGUOUS
                        ? "the name of one country; this one may be several"
                        : "the name of a country, as ISO 3166-1 has it";
    out->code = "model.country";
    out->known = match == COUNTRY_FOUND;
    if (!out->known) {
        /* As written; a code would be written back as a name. */
        out->exact = out->exact && !country_name(names, text, len);
        return true;
    }
    out->text = pair ? pair->value : arena_copy(arena, code, 2);
    out->len = 2;
    if (!out->text)
        return false;
    const char *name = country_name(names, out->text, 2);
    out->exact = out->exact && name && strlen(name) == len && bytes_equal(name, text, len);
    return true;
}

bool codec_decode(const struct row *row, struct arena *arena, const char *language,
                  const char *text, size_t len, uint8_t kind, struct decoded *out)
{
    uint8_t written = row->json_kind;
    if (written == COMITY_NODE_TRUE && kind == COMITY_NODE_FALSE)
        written = COMITY_NODE_FALSE;
    *out = (struct decoded){
        .text = text, .len = len, .known = true, .exact = kind == written, .precise = true};
    switch (row->codec) {
    case CODEC_DATE:
        return decode_date(row, arena, text, len, out);
    case CODEC_CODES:
        decode_code(row, text, len, language != NULL, out);
        return true;
    case CODEC_TIME: /* midnight is how a date is written */
        if (fields[row->target.field].type == TYPE_DATE && len == 20 &&
            memcmp(text + 10, "T00:00:00Z", 10) == 0)
            out->len = 10;
        return true;
    case CODEC_DIGITS:
        return decode_digits(arena, text, len, out);
    case CODEC_LANGUAGE:
        decode_language(text, len, out);
        return true;
    case CODEC_COUNTRY:
        return decode_country(row, arena, language, text, len, out);
    default:
        return true;
    }
}

static bool put_scalar(const struct row *row, const char *text, size_t len, struct buffer *out)
{
    if (row->json_kind == COMITY_NODE_NUMBER) {
        if (!json_is_number(text, len))
            return false;
        buffer_add(out, text, len);
    } else if (row->json_kind == COMITY_NODE_TRUE) {
        bool yes = len == 4 && bytes_equal(text, "true", 4);
        if (!yes && !(len == 5 && bytes_equal(text, "false", 5)))
            return false;
        buffer_add(out, text, len);
    } else {
        json_put_string(out, text, len);
    }
    return true;
}

const char *codec_fraction(const char *text, size_t len)
{
    const char *point = len > 19 && len < CODEC_SCRATCH ? memchr(text, '.', len) : NULL;
    return point && date_is_time(text, len) ? point : NULL;
}

/* A time to the second: a date alone becomes its first second in UTC, a fraction goes. */
static size_t full_time(const char **text, size_t len, char *scratch)
{
    struct partial_date date;
    const char *point = codec_fraction(*text, len);
    if (len == 10 && date_read(*text, len, &date)) {
        memcpy(scratch, *text, len);
        memcpy(scratch + len, "T00:00:00Z", 10);
        *text = scratch;
        return len + 10;
    }
    if (!point)
        return len;
    size_t before = (size_t)(point - *text), behind = before + 1;
    while (behind < len && (*text)[behind] >= '0' && (*text)[behind] <= '9')
        behind++;
    memcpy(scratch, *text, before);
    memcpy(scratch + before, *text + behind, len - behind);
    *text = scratch;
    return before + len - behind;
}

bool codec_cut(const struct row *row, const char *text, size_t len, struct buffer *out)
{
    size_t count = 0, end = 0, blank = 0;
    for (size_t at = 0; at < len; at++) {
        if (((unsigned char)text[at] & 0xC0u) == 0x80u)
            continue;
        if (count + 1 == row->most) /* the last place is for the sign of the cut */
            end = at;
        if (text[at] == ' ' && count < row->most && count * 4 > row->most * 3)
            blank = at;
        count++;
    }
    if (!row->most || count <= row->most)
        return false;
    buffer_add(out, text, blank && blank <= end ? blank : end);
    buffer_text(out, "…");
    return true;
}

const struct code_pair *codec_read_as(const struct row *row, const char *text, size_t len)
{
    const struct code_pair *pair =
        row->codec == CODEC_CODES ? pair_by_value(row->codes, text, len) : NULL;
    const struct code_pair *read =
        pair ? pair_by_code(row->codes, pair->code, pair->code_len, false) : NULL;
    return read != pair ? read : NULL;
}

size_t codec_source(const struct row *row, const char *language, const char **text, size_t len,
                    char *scratch)
{
    struct partial_date date;
    size_t size = len;
    if (row->codec == CODEC_DATE && date_read(*text, len, &date)) {
        size_t written = date_write_style(&row->dates[0], &date, scratch);
        *text = written ? scratch : *text;
        size = written ? written : size;
    } else if (row->codec == CODEC_CODES) {
        const struct code_pair *pair = pair_by_value(row->codes, *text, len);
        if (pair) {
            *text = pair->code;
            size = pair->code_len;
        }
    } else if (row->codec == CODEC_TIME) {
        size = full_time(text, len, scratch);
    } else if (row->codec == CODEC_DIGITS && date_read(*text, len, &date)) {
        size = 0;
        for (size_t i = 0; i < len; i++)
            if ((*text)[i] != '-')
                scratch[size++] = (*text)[i];
        *text = scratch;
    } else if (row->codec == CODEC_LANGUAGE) {
        size_t code_len = language_code(*text, len, scratch);
        if (code_len) {
            *text = scratch;
            size = code_len;
        }
    } else if (row->codec == CODEC_COUNTRY) {
        const char *name = country_name(row->language ? row->language : language, *text, len);
        if (name) {
            *text = name;
            size = strlen(name);
        }
    }
    return size;
}

/* True of a word of the convention that no code of the table says. */
static bool is_unsaid(const struct row *row, const char *text, size_t len)
{
    const struct field *field = &fields[row->target.field];
    const char *expected;
    return row->codec == CODEC_CODES &&
           (field->type == TYPE_CODE || field->type == TYPE_BOOLEAN) &&
           !pair_by_value(row->codes, text, len) && !value_check(field, text, len, &expected);
}

bool codec_encode(const struct row *row, const char *text, size_t len, struct buffer *out)
{
    if (is_unsaid(row, text, len))
        return false;
    char scratch[CODEC_SCRATCH];
    len = codec_source(row, NULL, &text, len, scratch);
    return put_scalar(row, text, len, out);
}
