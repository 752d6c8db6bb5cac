/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading labelled text: every line that may be a label is a candidate; of several for one
 * label the best is taken; what stands between those that were taken are the values.  Knows
 * nothing of what an item means. */
#include "base/utf8.h"
#include "syntax/text_match.h"
#include "syntax/text_report.h"

#include <string.h>

#define FIRST_CANDIDATES 64u
#define NOT_FOUND UINT32_MAX

/* A line that begins with a label or with guidance.  Offsets, since there may be many. */
struct candidate {
    uint32_t line; /* where what stands before it ends */
    uint32_t start, words, end, value;
    uint32_t key, key_count;
    uint16_t label;
    uint8_t kind, number;
    bool has_colon, is_damaged, is_taken;
};

/* Which candidate is a label's. */
struct choice {
    uint32_t best; /* index of a candidate, or NOT_FOUND */
    bool is_tied;
    uint32_t after, before; /* candidates of the labels around it: where it would fit */
    struct place place;     /* of the best, once it was asked for; line 0 = not yet */
};

struct text_reader {
    struct text_reporter reporter;
    struct tree *tree;
    const struct text_form *form;
    const char *text, *end;
    comity_status status;
    struct candidate *candidates;
    uint32_t count, capacity;
    struct choice choices[TEXT_MAX_LABELS];
    uint32_t closing;   /* where the closing part begins */
    uint32_t last_node; /* the root's last child; 0 = none */
    struct candidate first_candidates[FIRST_CANDIDATES];
};

static const struct text_matcher *matcher_of(const struct text_reader *r)
{
    return r->form->matcher;
}

/* --- candidates */

static bool make_room(struct text_reader *r)
{
    if (r->count < r->capacity)
        return true;
    size_t size = (size_t)r->capacity * 2 * sizeof *r->candidates;
    struct candidate *more =
        r->capacity < UINT32_MAX / 2 ? arena_alloc(r->tree->arena, size) : NULL;
    if (!more) {
        r->status = text_fail_memory(&r->reporter, 0, size);
        return false;
    }
    memcpy(more, r->candidates, (size_t)r->count * sizeof *more);
    r->candidates = more;
    r->capacity *= 2;
    return true;
}

/* Of several labels with the same words: the next one in the form's order, else one that is
 * not found yet.  Leaves the keys of that label. */
static void settle_label(const struct text_reader *r, struct candidate *candidate)
{
    const struct text_key *keys = &matcher_of(r)->keys[candidate->key];
    uint32_t chosen = NOT_FOUND, unseen = NOT_FOUND;
    uint16_t last = r->count ? r->candidates[r->count - 1].label : 0;
    for (uint32_t i = 0; i < candidate->key_count; i++) {
        if (r->choices[keys[i].label].best != NOT_FOUND)
            continue;
        if (unseen == NOT_FOUND)
            unseen = i;
        if (chosen == NOT_FOUND && keys[i].label >= last)
            chosen = i;
    }
    if (chosen == NOT_FOUND)
        chosen = unseen == NOT_FOUND ? 0 : unseen;
    uint32_t count = 1;
    while (chosen + count < candidate->key_count &&
           keys[chosen + count].label == keys[chosen].label)
        count++;
    candidate->label = keys[chosen].label;
    candidate->key += chosen;
    candidate->key_count = count;
}

/* How good a candidate is, but for its place. */
static int rank_of(const struct candidate *candidate)
{
    return (candidate->number == TEXT_NUMBER_FITS) * 4 + candidate->has_colon * 2 +
           !candidate->is_damaged;
}

static void note_choice(struct text_reader *r, uint32_t index)
{
    const struct candidate *candidate = &r->candidates[index];
    struct choice *choice = &r->choices[candidate->label];
    if (choice->best == NOT_FOUND) {
        choice->best = index;
        return;
    }
    int rank = rank_of(candidate), best = rank_of(&r->candidates[choice->best]);
    choice->is_tied = rank == best || (choice->is_tied && rank < best);
    if (rank > best)
        choice->best = index;
}

static uint32_t offset_of(const struct text_reader *r, const char *at)
{
    return (uint32_t)(at - r->text);
}

static bool add_candidate(struct text_reader *r, const char *line,
                          const struct text_match *match)
{
    if (!make_room(r))
        return false;
    struct candidate *candidate = &r->candidates[r->count];
    *candidate = (struct candidate){.line = offset_of(r, line),
                                    .start = offset_of(r, match->start),
                                    .words = offset_of(r, match->words),
                                    .end = offset_of(r, match->end),
                                    .value = offset_of(r, match->value),
                                    .key = match->key,
                                    .key_count = match->key_count,
                                    .label = matcher_of(r)->keys[match->key].label,
                                    .kind = match->kind,
                                    .number = match->number,
                                    .has_colon = match->has_colon,
                                    .is_damaged = match->is_damaged};
    if (match->kind == TEXT_LABEL_WORDS) {
        settle_label(r, candidate);
        note_choice(r, r->count);
    }
    r->count++;
    return true;
}

static bool find_candidates(struct text_reader *r)
{
    for (size_t i = 0; i < r->form->label_count; i++)
        r->choices[i] = (struct choice){.best = NOT_FOUND};
    for (const char *line = r->text; line < r->end;) {
        struct text_match match;
        const char *at = line;
        if (text_match_line(r->form, line, r->end, TEXT_LABEL_WORDS | TEXT_GUIDANCE_WORDS,
                            &match)) {
            if (!add_candidate(r, line, &match))
                return false;
            at = match.value;
        }
        line = text_skip_break(text_line_end(at, r->end), r->end);
    }
    return true;
}

/* --- labels in letters of a wrong character set */

#define MOST_MOJIBAKE 16u /* lines of one document that are looked at so closely */

/* Puts a candidate where it stands in the document. */
static void insert_candidate(struct text_reader *r, const struct candidate *candidate)
{
    uint32_t at = r->count;
    if (!make_room(r))
        return;
    while (at > 0 && r->candidates[at - 1].line > candidate->line)
        at--;
    memmove(r->candidates + at + 1, r->candidates + at,
            (size_t)(r->count - at) * sizeof *candidate);
    r->candidates[at] = *candidate;
    r->count++;
    for (size_t i = 0; i < r->form->label_count; i++)
        if (r->choices[i].best != NOT_FOUND && r->choices[i].best >= at)
            r->choices[i].best++;
    r->choices[candidate->label].best = at;
}

/* True if a label that was not found would stand here: behind those before it in the form, and
 * before the others. */
static bool is_missing_at(const struct text_reader *r, size_t label, uint32_t line)
{
    if (r->choices[label].best != NOT_FOUND || r->form->labels[label].kind != TEXT_ITEM)
        return false;
    for (size_t i = 0; i < r->form->label_count; i++) {
        uint32_t best = r->choices[i].best;
        if (best != NOT_FOUND &&
            (i < label ? r->candidates[best].value > line : r->candidates[best].line < line))
            return false;
    }
    return true;
}

static void take_mojibake(struct text_reader *r, uint16_t label, const char *line,
                          const struct text_match *match)
{
    struct candidate found = {.line = offset_of(r, line),
                              .start = offset_of(r, match->start),
                              .words = offset_of(r, match->words),
                              .end = offset_of(r, match->end),
                              .key = match->key,
                              .key_count = 1,
                              .label = label,
                              .kind = TEXT_LABEL_WORDS,
                              .number = TEXT_NUMBER_FITS,
                              .is_damaged = true};
    found.value = offset_of(r, text_skip_separator(match->end, r->end, &found.has_colon));
    insert_candidate(r, &found);
}

/* Lines that begin with the number of a label that was not found. */
static void find_mojibake(struct text_reader *r)
{
    const char *line_end = r->text;
    unsigned looked = 0;
    for (const char *line = r->text; line < r->end && looked < MOST_MOJIBAKE;
         line = text_skip_break(line_end, r->end)) {
        struct text_match match = {.start = text_skip_blanks(line, r->end)};
        line_end = text_line_end(match.start, r->end);
        uint64_t number = text_begins_number(match.start, line_end, &match.words);
        size_t i = 0;
        while (
            number && i < r->form->label_count &&
            (matcher_of(r)->numbers[i] != number || !is_missing_at(r, i, offset_of(r, line))))
            i++;
        if (!number || i == r->form->label_count)
            continue;
        looked++;
        match.end =
            text_match_mojibake(r->form, (uint16_t)i, match.words, line_end, &match.key);
        if (match.end)
            take_mojibake(r, (uint16_t)i, line, &match);
    }
}

/* --- choosing */

/* Where each label would have to stand: behind the label before it in the form, and before the
 * next one, of those that are certain. */
static void find_bounds(struct text_reader *r)
{
    uint32_t bound = 0;
    for (size_t i = 0; i < r->form->label_count; i++) {
        struct choice *choice = &r->choices[i];
        choice->after = bound;
        if (choice->best != NOT_FOUND && !choice->is_tied)
            bound = choice->best;
    }
    bound = NOT_FOUND;
    for (size_t i = r->form->label_count; i-- > 0;) {
        struct choice *choice = &r->choices[i];
        choice->before = bound;
        if (choice->best != NOT_FOUND && !choice->is_tied)
            bound = choice->best;
    }
}

/* Among candidates that are as good as one another the first that fits the form's order. */
static void break_ties(struct text_reader *r)
{
    find_bounds(r);
    for (uint32_t i = 0; i < r->count; i++) {
        const struct candidate *candidate = &r->candidates[i];
        struct choice *choice = &r->choices[candidate->label];
        if (candidate->kind != TEXT_LABEL_WORDS || !choice->is_tied)
            continue;
        bool fits = i >= choice->after && i < choice->before;
        if (fits && rank_of(candidate) == rank_of(&r->candidates[choice->best])) {
            choice->best = i;
            choice->is_tied = false;
        }
    }
}

/* Guidance counts where its label does not stand before it; its further lines are its own. */
static void choose(struct text_reader *r)
{
    uint32_t open = NOT_FOUND; /* label whose guidance goes on */
    break_ties(r);
    for (uint32_t i = 0; i < r->count; i++) {
        struct candidate *candidate = &r->candidates[i];
        uint32_t best = r->choices[candidate->label].best;
        if (candidate->kind == TEXT_LABEL_WORDS) {
            candidate->is_taken = best == i;
            open = candidate->is_taken ? NOT_FOUND : open;
        } else {
            candidate->is_taken = open != candidate->label && best > i;
            open = candidate->is_taken ? candidate->label : open;
        }
    }
}

/* The closing part: from the first line behind the last label that begins so. */
static void find_closing(struct text_reader *r)
{
    uint32_t last = r->count;
    r->closing = offset_of(r, r->end);
    while (last-- > 0)
        if (r->candidates[last].is_taken && r->candidates[last].kind == TEXT_LABEL_WORDS)
            break;
    const char *line = text_line_end(r->text + r->candidates[last].value, r->end);
    for (line = text_skip_break(line, r->end); line < r->end;) {
        if (text_closes(r->form, line, r->end)) {
            r->closing = offset_of(r, line);
            return;
        }
        line = text_skip_break(text_line_end(line, r->end), r->end);
    }
}

/* --- nodes */

static uint32_t add_node(struct text_reader *r, uint8_t kind, const char *name, uint32_t len,
                         uint32_t offset, uint32_t end)
{
    if (r->status != COMITY_OK)
        return 0;
    if (r->tree->count > r->reporter.limits->members) {
        r->status = text_fail_members(&r->reporter, offset);
        return 0;
    }
    uint32_t index = tree_add(r->tree, UINT32_MAX);
    if (!index) {
        r->status = COMITY_E_NOMEM;
        return 0;
    }
    struct comity_node *node = tree_node(r->tree, index);
    node->kind = kind;
    node->name = name;
    node->name_len = len;
    node->offset = offset;
    node->end = end;
    if (index == 1)
        return index;
    *(r->last_node ? &tree_node(r->tree, r->last_node)->next : &tree_node(r->tree, 1)->first) =
        index;
    tree_node(r->tree, 1)->count++;
    r->last_node = index;
    return index;
}

/* Adds a node with the text between two offsets.  Where there is none: NULL where `has_null`,
 * else no node.  Returns the node. */
static uint32_t add_text(struct text_reader *r, const char *name, uint32_t len, uint32_t from,
                         uint32_t to, bool is_value, bool has_null)
{
    const struct text_layout *layout = &r->form->layout;
    const char *text = NULL;
    uint32_t text_len = 0;
    struct text_part part = {.from = r->text + from,
                             .to = r->text + to,
                             .indent = is_value && layout->indent ? layout->indent : "",
                             .first_counts = matcher_of(r)->first_is_indented};
    if (r->status != COMITY_OK)
        return 0;
    if (!text_take(r->tree->arena, &part, &text, &text_len)) {
        r->status = text_fail_memory(&r->reporter, from, text_len);
        return 0;
    }
    if (!text_len)
        return has_null ? add_node(r, COMITY_NODE_NULL, name, len, from, from) : 0;
    uint32_t offset = offset_of(r, part.from), end = offset_of(r, part.to);
    uint32_t index = add_node(r, COMITY_NODE_STRING, name, len, offset, end);
    if (!index)
        return 0;
    tree_node(r->tree, index)->text = text;
    tree_node(r->tree, index)->text_len = text_len;
    text_report_lost(&r->reporter, index, offset, end);
    return index;
}

static void add_after(struct text_reader *r, uint16_t label, uint32_t from, uint32_t to)
{
    const struct text_names *names = &matcher_of(r)->names[label];
    add_text(r, names->after, names->after_len, from, to, false, false);
}

/* A row of tick boxes, and what stands behind it; returns the row's node. */
static uint32_t add_ticks(struct text_reader *r, const struct candidate *candidate, uint32_t to)
{
    const struct text_label *label = &r->form->labels[candidate->label];
    uint32_t from = candidate->value, index = 0;
    struct text_ticks ticks;
    text_read_ticks(r->form, candidate->label, r->text + from, r->text + to, &ticks);
    uint32_t start = offset_of(r, ticks.start), end = offset_of(r, ticks.end);
    if (!ticks.is_row) {
        index = add_text(r, label->name, label->name_len, from, to, true, true);
        if (index && tree_node(r->tree, index)->kind != COMITY_NODE_NULL)
            text_report_ticks(&r->reporter, index, label, tree_node(r->tree, index)->offset, 0);
        return index;
    }
    if (ticks.ticked > 1) {
        index = add_text(r, label->name, label->name_len, start, end, false, false);
        if (index)
            text_report_ticks(&r->reporter, index, label, start, ticks.ticked);
    } else if (ticks.ticked) {
        index = add_node(r, COMITY_NODE_STRING, label->name, label->name_len, start, end);
        if (index) {
            const char *name = label->options[ticks.option].name;
            tree_node(r->tree, index)->text = name;
            tree_node(r->tree, index)->text_len = (uint32_t)strlen(name);
        }
    } else {
        index = add_node(r, COMITY_NODE_NULL, label->name, label->name_len, from, from);
    }
    add_after(r, candidate->label, end, to);
    return index;
}

/* The words of the form that a damaged label was taken for. */
static const struct text_words *words_of(const struct text_reader *r,
                                         const struct candidate *candidate)
{
    const struct text_label *label = &r->form->labels[candidate->label];
    uint16_t language = matcher_of(r)->keys[candidate->key].language;
    size_t i = 0;
    while (i + 1 < label->word_count && label->words[i].language != language)
        i++;
    return &label->words[i];
}

static void report_label(const struct text_reader *r, const struct candidate *candidate,
                         uint32_t index)
{
    if (candidate->number == TEXT_NUMBER_DIFFERS)
        text_report_number(&r->reporter, index, &r->form->labels[candidate->label],
                           candidate->start);
    if (candidate->is_damaged)
        text_report_damaged_label(&r->reporter, index, words_of(r, candidate), candidate->words,
                                  candidate->end);
}

static void add_taken(struct text_reader *r, const struct candidate *candidate, uint32_t to)
{
    const struct text_label *label = &r->form->labels[candidate->label];
    uint32_t from = candidate->value, index = 0;
    if (candidate->kind == TEXT_GUIDANCE_WORDS) {
        const struct text_names *names = &matcher_of(r)->names[candidate->label];
        add_text(r, names->before, names->before_len, candidate->line, to, false, false);
        return;
    }
    switch (label->kind) {
    case TEXT_HEADING:
        index =
            add_node(r, COMITY_NODE_NONE, label->name, label->name_len, candidate->start, from);
        add_after(r, candidate->label, from, to);
        break;
    case TEXT_TICKS:
        index = add_ticks(r, candidate, to);
        break;
    default:
        index = add_text(r, label->name, label->name_len, from, to, true, true);
    }
    if (r->status == COMITY_OK)
        report_label(r, candidate, index);
}

/* The closing part, without the rules that it begins with. */
static void add_signature(struct text_reader *r)
{
    const char *at = r->text + r->closing;
    while (at < r->end) {
        const char *line_end = text_line_end(at, r->end);
        if (text_skip_blanks(at, line_end) < line_end && !text_is_rule(at, r->end))
            break;
        at = text_skip_break(line_end, r->end);
    }
    add_text(r, TEXT_SIGNATURE, sizeof TEXT_SIGNATURE - 1, offset_of(r, at),
             offset_of(r, r->end), false, false);
}

/* Where what begins at candidate `i` ends: at the next one that was taken. */
static uint32_t end_of(const struct text_reader *r, uint32_t i)
{
    while (i < r->count && (!r->candidates[i].is_taken || r->candidates[i].line >= r->closing))
        i++;
    return i < r->count ? r->candidates[i].line : r->closing;
}

/* A candidate that was not taken.  The place of the one that was is looked for once: there may
 * be a million of the others, and finding a place means counting lines. */
static void report_twice(struct text_reader *r, const struct candidate *candidate)
{
    struct choice *choice = &r->choices[candidate->label];
    if (!choice->place.line)
        choice->place = tree_place(r->tree, r->candidates[choice->best].words);
    text_report_twice(&r->reporter, r->last_node, &r->form->labels[candidate->label],
                      candidate->words, choice->place);
}

static void add_nodes(struct text_reader *r)
{
    const char *preamble = TEXT_PREAMBLE;
    add_text(r, preamble, sizeof TEXT_PREAMBLE - 1, 0, end_of(r, 0), false, false);
    for (uint32_t i = 0; i < r->count && r->status == COMITY_OK; i++) {
        const struct candidate *candidate = &r->candidates[i];
        if (candidate->is_taken && candidate->line < r->closing) {
            add_taken(r, candidate, end_of(r, i + 1));
        } else if (candidate->kind == TEXT_LABEL_WORDS) {
            report_twice(r, candidate);
        }
    }
    add_signature(r);
}

/* --- the whole */

/* The language that most of the labels are in; words that several languages share count for
 * each of them. */
static void count_labels(struct text_reader *r, struct text_found *found)
{
    *found = (struct text_found){0, 0};
    size_t languages = r->form->language_count;
    uint32_t *counts = arena_zalloc(r->tree->arena, (languages + 1) * sizeof *counts);
    if (!counts) {
        r->status = text_fail_memory(&r->reporter, 0, (languages + 1) * sizeof *counts);
        return;
    }
    for (uint32_t i = 0; i < r->count; i++) {
        const struct candidate *candidate = &r->candidates[i];
        if (!candidate->is_taken || candidate->kind != TEXT_LABEL_WORDS)
            continue;
        found->labels++;
        for (uint32_t k = 0; k < candidate->key_count; k++) {
            uint16_t language = matcher_of(r)->keys[candidate->key + k].language;
            if (language < languages)
                counts[language]++;
        }
    }
    for (size_t i = 1; i < languages; i++)
        if (counts[i] > counts[found->language])
            found->language = (uint16_t)i;
}

static void start_tree(struct text_reader *r, const char *text, size_t size)
{
    struct tree *tree = r->tree;
    const struct charset_map *map = tree->map;
    tree_reset(tree);
    tree->map = map;
    tree->syntax = SYNTAX_TEXT;
    tree->text = text;
    tree->size = size;
    tree->count = 1;
    add_node(r, COMITY_NODE_GROUP, NULL, 0, 0, (uint32_t)size);
}

static void read_form(struct text_reader *r, struct text_found *found)
{
    text_report_controls(&r->reporter);
    if (!find_candidates(r))
        return;
    if (r->count)
        find_mojibake(r);
    choose(r);
    count_labels(r, found);
    if (r->status == COMITY_OK && !found->labels)
        r->status = text_fail_no_label(&r->reporter);
    if (r->status != COMITY_OK)
        return;
    find_closing(r);
    add_nodes(r);
}

comity_status text_read(struct tree *tree, const struct text_form *form, const char *text,
                        size_t size, const struct limits *limits, struct findings *findings,
                        struct text_found *found)
{
    struct text_reader reader;
    reader.reporter = (struct text_reporter){tree, form, limits, findings};
    reader.tree = tree;
    reader.form = form;
    reader.text = text;
    reader.end = text + size;
    reader.status = COMITY_OK;
    reader.candidates = reader.first_candidates;
    reader.count = 0;
    reader.capacity = FIRST_CANDIDATES;
    reader.last_node = 0;
    *found = (struct text_found){0, 0};
    if (size > limits->bytes || size >= UINT32_MAX) {
        start_tree(&reader, text, 0);
        return reader.status == COMITY_OK ? text_fail_bytes(&reader.reporter) : reader.status;
    }
    start_tree(&reader, text, size);
    if (reader.status == COMITY_OK)
        read_form(&reader, found);
    return reader.status;
}
