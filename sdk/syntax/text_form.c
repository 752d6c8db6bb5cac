/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Preparing a form for reading: its words are folded and sorted, and what could not be told
 * apart is refused.  Knows nothing of any document. */
#include "syntax/text_match.h"

#include <stdlib.h>
#include <string.h>

struct builder {
    const struct text_form *form;
    struct arena *arena;
    struct text_matcher *matcher;
    struct text_key *keys;
    struct text_damageable *damageable;
    struct text_option_key *options;
    struct text_clash *clash;
    comity_status status;
};

static void *take(struct builder *b, size_t size)
{
    void *bytes = b->status == COMITY_OK ? arena_zalloc(b->arena, size ? size : 1) : NULL;
    if (!bytes && b->status == COMITY_OK)
        b->status = COMITY_E_NOMEM;
    return bytes;
}

size_t text_fold_words(const char *text, size_t len, uint32_t *chars)
{
    size_t total = 0;
    for (size_t at = 0; at < len;) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        at += fold_char(text + at, len - at, folded, &count);
        for (size_t i = 0; i < count; i++) {
            if (folded[i] == ' ')
                continue;
            if (chars)
                chars[total] = folded[i];
            total++;
        }
    }
    return total;
}

/* --- words that a wrong character set may change */

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where a run of characters beyond ASCII ends; `*count` becomes how many there are. */
static size_t run_end(const char *text, size_t at, size_t len, size_t *count)
{
    *count = 0;
    for (; at < len && (unsigned char)text[at] >= 0x80; at++)
        *count += ((unsigned char)text[at] & 0xC0u) != 0x80u;
    return at;
}

/* Mostly ASCII letters, but not alone. */
static bool is_damageable(const struct text_words *words, size_t letters)
{
    size_t ascii = 0, others = 0;
    for (uint32_t i = 0; i < words->len; i++) {
        ascii += is_ascii_letter(words->text[i]);
        others += ((unsigned char)words->text[i] & 0xC0u) == 0xC0u;
    }
    return others && ascii >= letters && (letters < 3 || ascii * 5 >= (ascii + others) * 3);
}

static void make_pattern(struct builder *b, const struct text_words *words,
                         struct text_pattern *pattern)
{
    /* A character of n bytes takes 2 units and up to 4 more. */
    uint32_t *units = take(b, ((size_t)words->len * 3 + 1) * sizeof *units);
    size_t n = 0;
    for (size_t at = 0; units && at < words->len;) {
        uint32_t folded[FOLD_MAX];
        size_t count = 0;
        if ((unsigned char)words->text[at] < 0x80) {
            fold_char(words->text + at, 1, folded, &count);
            if (folded[0] != ' ')
                units[n++] = folded[0];
            at++;
            continue;
        }
        size_t to = run_end(words->text, at, words->len, &count);
        units[n] = TEXT_RUN + (uint32_t)count;
        units[n + 1] = (uint32_t)text_fold_words(words->text + at, to - at, &units[n + 2]);
        n += 2 + units[n + 1];
        at = to;
    }
    while (n && units[n - 1] == ':')
        n--;
    pattern->units = units;
    pattern->count = n;
}

/* --- keys */

static void add_key(struct builder *b, uint8_t kind, uint16_t label,
                    const struct text_words *words)
{
    size_t len = text_fold_words(words->text, words->len, NULL);
    uint32_t *chars = take(b, len * sizeof *chars);
    if (!chars)
        return;
    text_fold_words(words->text, words->len, chars);
    while (len && chars[len - 1] == ':')
        len--;
    if (!len) {
        if (kind != TEXT_LABEL_WORDS)
            return;
        *b->clash = (struct text_clash){label, label};
        b->status = COMITY_E_INVALID;
        return;
    }
    struct text_key key = {.chars = chars,
                           .len = (uint32_t)len,
                           .label = label,
                           .language = words->language,
                           .kind = kind,
                           .is_question = chars[len - 1] == '?',
                           .is_capital = text_is_capital(words->text, words->len)};
    b->keys[b->matcher->key_count++] = key;
    if (kind != TEXT_LABEL_WORDS)
        return;
    if (key.is_question && len > 1) {
        key.len--;
        key.is_question = false;
        key.is_loose = true;
        b->keys[b->matcher->key_count++] = key;
    }
}

static int compare_numbers(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_chars(const struct text_key *a, const struct text_key *b)
{
    for (uint32_t i = 0; i < a->len && i < b->len; i++)
        if (a->chars[i] != b->chars[i])
            return a->chars[i] < b->chars[i] ? -1 : 1;
    return compare_numbers(a->len, b->len);
}

static int compare_keys(const void *left, const void *right)
{
    const struct text_key *a = left, *b = right;
    int order = compare_chars(a, b);
    if (order == 0)
        order = compare_numbers(a->kind, b->kind);
    if (order == 0)
        order = compare_numbers(a->is_loose, b->is_loose);
    if (order == 0)
        order = compare_numbers(a->label, b->label);
    return order ? order : compare_numbers(a->language, b->language);
}

static bool is_clash(const struct builder *b, const struct text_key *one,
                     const struct text_key *other)
{
    if (one->label == other->label)
        return one->language == other->language;
    return b->matcher->numbers[one->label] == b->matcher->numbers[other->label];
}

/* Labels that nothing tells apart; in sorted keys they stand side by side. */
static void find_clashes(struct builder *b)
{
    for (uint32_t i = 0; i < b->matcher->key_count; i++) {
        const struct text_key *one = &b->keys[i];
        if (one->kind != TEXT_LABEL_WORDS || one->is_loose)
            continue;
        for (uint32_t k = i + 1; k < b->matcher->key_count; k++) {
            const struct text_key *other = &b->keys[k];
            if (other->kind != one->kind || other->is_loose || compare_chars(one, other) != 0)
                break;
            if (!is_clash(b, one, other))
                continue;
            *b->clash = (struct text_clash){one->label, other->label};
            b->status = COMITY_E_INVALID;
            return;
        }
    }
}

static size_t count_words(const struct text_form *form)
{
    size_t count = form->closing_count;
    for (size_t i = 0; i < form->label_count; i++)
        count += 2 * form->labels[i].word_count + form->labels[i].guidance_count;
    return count;
}

static void add_keys(struct builder *b)
{
    const struct text_form *form = b->form;
    b->keys = take(b, count_words(form) * sizeof *b->keys);
    for (size_t i = 0; i < form->label_count && b->status == COMITY_OK; i++) {
        const struct text_label *label = &form->labels[i];
        for (size_t k = 0; k < label->word_count && b->status == COMITY_OK; k++)
            add_key(b, TEXT_LABEL_WORDS, (uint16_t)i, &label->words[k]);
        for (size_t k = 0; k < label->guidance_count && b->status == COMITY_OK; k++)
            add_key(b, TEXT_GUIDANCE_WORDS, (uint16_t)i, &label->guidance[k]);
    }
    for (size_t k = 0; k < form->closing_count && b->status == COMITY_OK; k++)
        add_key(b, TEXT_CLOSING_WORDS, 0, &form->closings[k]);
    if (b->status != COMITY_OK)
        return;
    if (b->matcher->key_count)
        qsort(b->keys, b->matcher->key_count, sizeof *b->keys, compare_keys);
    b->matcher->keys = b->keys;
    find_clashes(b);
}

/* The key of a label's words, once keys are sorted. */
static uint32_t key_of(const struct builder *b, uint16_t label, const struct text_words *words)
{
    uint32_t key = 0;
    while (key + 1 < b->matcher->key_count &&
           (b->keys[key].kind != TEXT_LABEL_WORDS || b->keys[key].label != label ||
            b->keys[key].language != words->language || b->keys[key].is_loose))
        key++;
    return key;
}

static void add_damageable(struct builder *b)
{
    const struct text_form *form = b->form;
    b->damageable = take(b, count_words(form) * sizeof *b->damageable);
    for (size_t i = 0; i < form->label_count && b->status == COMITY_OK; i++) {
        for (size_t k = 0; k < form->labels[i].word_count && b->status == COMITY_OK; k++) {
            const struct text_words *words = &form->labels[i].words[k];
            if (!is_damageable(words, 3))
                continue;
            struct text_damageable *one = &b->damageable[b->matcher->damageable_count++];
            one->key = key_of(b, (uint16_t)i, words);
            make_pattern(b, words, &one->pattern);
        }
    }
    b->matcher->damageable = b->damageable;
}

/* --- options, names, first bytes */

static void add_option(struct builder *b, uint16_t label, uint16_t option,
                       const struct text_words *words)
{
    size_t len = text_fold_words(words->text, words->len, NULL);
    uint32_t *chars = take(b, len * sizeof *chars);
    if (!chars || !len)
        return;
    text_fold_words(words->text, words->len, chars);
    struct text_option_key *key = &b->options[b->matcher->option_count++];
    *key = (struct text_option_key){
        .chars = chars, .len = (uint32_t)len, .label = label, .option = option};
    if (is_damageable(words, 1))
        make_pattern(b, words, &key->pattern);
}

static void add_options(struct builder *b)
{
    const struct text_form *form = b->form;
    size_t room = 0;
    for (size_t i = 0; i < form->label_count; i++)
        for (size_t k = 0; k < form->labels[i].option_count; k++)
            room += form->labels[i].options[k].word_count;
    b->options = take(b, room * sizeof *b->options);
    for (size_t i = 0; i < form->label_count && b->status == COMITY_OK; i++) {
        for (size_t k = 0; k < form->labels[i].option_count; k++) {
            const struct text_option *option = &form->labels[i].options[k];
            for (size_t w = 0; w < option->word_count && b->status == COMITY_OK; w++)
                add_option(b, (uint16_t)i, (uint16_t)k, &option->words[w]);
        }
    }
    b->matcher->options = b->options;
}

static const char *bracketed(struct builder *b, const char *word,
                             const struct text_label *label, uint32_t *len)
{
    size_t word_len = strlen(word);
    char *name = take(b, word_len + label->name_len + 4);
    if (!name)
        return NULL;
    name[0] = '(';
    memcpy(name + 1, word, word_len);
    name[word_len + 1] = ' ';
    memcpy(name + word_len + 2, label->name, label->name_len);
    name[word_len + 2 + label->name_len] = ')';
    *len = (uint32_t)(word_len + label->name_len + 3);
    return name;
}

static int compare_names(const void *left, const void *right)
{
    const struct text_label *a = *(const struct text_label *const *)left,
                            *b = *(const struct text_label *const *)right;
    if (a->name_len != b->name_len)
        return a->name_len < b->name_len ? -1 : 1;
    int order = memcmp(a->name, b->name, a->name_len);
    return order ? order : (a > b) - (a < b);
}

static void add_names(struct builder *b)
{
    const struct text_form *form = b->form;
    size_t count = form->label_count;
    struct text_names *names = take(b, count * sizeof *names);
    uint64_t *numbers = take(b, count * sizeof *numbers);
    const struct text_label **sorted = take(b, count * sizeof *sorted);
    for (size_t i = 0; i < count && b->status == COMITY_OK; i++) {
        const struct text_label *label = &form->labels[i];
        names[i].before = bracketed(b, "before", label, &names[i].before_len);
        names[i].after = bracketed(b, "after", label, &names[i].after_len);
        if (label->number && *label->number)
            numbers[i] = text_number_value(label->number, strlen(label->number));
        if (label->number && *label->number && !numbers[i]) {
            *b->clash = (struct text_clash){i, i};
            b->status = COMITY_E_INVALID;
        }
        sorted[i] = label;
    }
    if (b->status != COMITY_OK)
        return;
    if (count)
        qsort(sorted, count, sizeof *sorted, compare_names);
    b->matcher->names = names;
    b->matcher->numbers = numbers;
    b->matcher->sorted = sorted;
}

static void add_first_bytes(struct text_matcher *matcher)
{
    uint32_t key = 0;
    for (uint32_t c = 0; c < 129; c++) {
        while (key < matcher->key_count && matcher->keys[key].chars[0] < c)
            key++;
        matcher->first[c] = key;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t *begins = &matcher->begins[byte];
        if (byte >= 0x80 || byte == '?') { /* what it is folds to, or was, takes a look */
            *begins = TEXT_BEGINS_WORDS;
            continue;
        }
        uint32_t folded = fold_ascii((char)byte);
        if (matcher->first[folded] != matcher->first[folded + 1])
            *begins |= TEXT_BEGINS_WORDS;
        if ((byte >= '0' && byte <= '9') || byte == '(' || byte == '[' ||
            (is_ascii_letter((char)byte) && strchr("ivxlcdm", (char)folded)))
            *begins |= TEXT_BEGINS_NUMBER;
        else if (is_ascii_letter((char)byte))
            *begins |= TEXT_BEGINS_LETTERED;
    }
}

/* A first line that the layout puts on a line of its own, but without the indent, says nothing
 * of the indent of the others. */
static bool is_first_indented(const struct text_layout *layout)
{
    const char *line = layout->colon ? strrchr(layout->colon, '\n') : NULL;
    return !line || !layout->indent || strcmp(line + 1, layout->indent) == 0;
}

comity_status text_form_build(struct text_form *form, struct arena *arena,
                              struct text_clash *clash)
{
    *clash = (struct text_clash){0, 0};
    if (form->label_count > TEXT_MAX_LABELS)
        return COMITY_E_INVALID;
    struct builder b = {.form = form, .arena = arena, .clash = clash, .status = COMITY_OK};
    b.matcher = take(&b, sizeof *b.matcher);
    add_names(&b);
    if (b.status == COMITY_OK)
        add_keys(&b);
    if (b.status == COMITY_OK)
        add_damageable(&b);
    if (b.status == COMITY_OK)
        add_options(&b);
    if (b.status != COMITY_OK)
        return b.status;
    add_first_bytes(b.matcher);
    b.matcher->first_is_indented = is_first_indented(&form->layout);
    form->matcher = b.matcher;
    return COMITY_OK;
}

const struct text_label *text_label_named(const struct text_form *form, const char *name,
                                          size_t len)
{
    size_t low = 0, high = form->label_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct text_label *label = form->matcher->sorted[middle];
        int order = label->name_len < len   ? -1
                    : label->name_len > len ? 1
                                            : memcmp(label->name, name, len);
        if (order == 0)
            return label;
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return NULL;
}
