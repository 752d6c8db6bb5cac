/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a text that is several values: each segment goes to the first part that fits.  What
 * the parts do not say exactly stays as one `combined` text, so that nothing is guessed. */
#include "mapping/parts.h"
#include "mapping/reader.h"

struct taking {
    struct reading *r;
    uint32_t node;
    const char *passed; /* how far place_of() has counted in the node's text */
    size_t at;          /* and the place of that line in the input */
    bool any;           /* a part was found */
    bool complete;      /* every segment was */
    bool exact;         /* written again, the parts would give the same text */
};

static bool is_break(const struct tree *tree, size_t at)
{
    const char *text = tree->text;
    return text[at] == '\n' ||
           (text[at] == '\r' && (at + 1 == tree->size || text[at + 1] != '\n'));
}

/* Where a part of the node's text stands in the input: the value has its lines, though not
 * their indent. */
static size_t place_of(struct taking *t, struct slice part)
{
    const struct tree *tree = t->r->record->tree;
    if (!tree || !t->node)
        return 0;
    const struct comity_node *node = &tree->nodes[t->node];
    size_t line = 0;
    if (!t->passed || part.text < t->passed) {
        t->passed = node->text;
        t->at = node->offset;
    }
    for (; t->passed < part.text; t->passed++)
        line += *t->passed == '\n';
    for (; line && t->at < node->end; t->at++)
        line -= is_break(tree, t->at);
    size_t at = t->at, end = at;
    while (end < node->end && tree->text[end] != '\n' && tree->text[end] != '\r')
        end++;
    const char *break_in = memchr(part.text, '\n', part.len);
    const char *found = memmem(tree->text + at, end - at, part.text,
                               break_in ? (size_t)(break_in - part.text) : part.len);
    return found ? (size_t)(found - tree->text) : at;
}

static void check_value(struct taking *t, const struct value *value,
                        const struct decoded *decoded, struct slice source)
{
    struct reading *r = t->r;
    const struct field *field = &fields[value->field];
    const char *expected = decoded->expected, *code = decoded->known ? NULL : decoded->code;
    if (!code && field->type > TYPE_PROSE)
        code = value_check(field, value->text, value->len, &expected);
    if (code)
        in_warn(r, value, place_of(t, source), code, expected);
}

/* One value of a part; false where its field says something else already. */
static bool put_value(struct taking *t, const struct row *row, struct frame *frame,
                      struct slice text, bool must_be_known)
{
    struct reading *r = t->r;
    struct decoded decoded;
    if (!codec_decode(row, r->record->arena, r->language, text.text, text.len,
                      COMITY_NODE_STRING, &decoded)) {
        r->status = COMITY_E_NOMEM;
        return false;
    }
    if (must_be_known && !decoded.known)
        return false;
    struct value *group = in_group(r, frame, &row->target);
    if (!group)
        return false;
    if (!fields[row->target.field].list) {
        const struct value *there = value_child(group, row->target.field);
        if (there)
            return value_is(there, decoded.text, decoded.len);
    }
    struct value *value =
        value_add_text(r->record, group, row->target.field, decoded.text, decoded.len, t->node);
    if (!value) {
        r->status = COMITY_E_NOMEM;
        return false;
    }
    value->flags |= VALUE_PART;
    for (size_t i = 0; i < row->with_count; i++)
        in_constant(r, frame, &row->with[i]);
    check_value(t, value, &decoded, text);
    t->exact = t->exact && decoded.exact;
    return true;
}

/* The values that a pattern finds, to their fields. */
static bool take_pattern(struct taking *t, const struct piece *piece, struct frame *frame,
                         const struct pattern *pattern, struct slice segment,
                         bool must_be_known)
{
    struct slice holes[PATTERN_MAX_HOLES] = {{NULL, 0}};
    const struct row *row = piece->holes[0];
    bool same = true;
    if (!pattern_match(pattern, segment, holes, &same))
        return false;
    same = same && pattern == piece_written(piece, t->r->language_index, holes);
    if (!pattern->hole_count) {
        const struct code_pair *pair = &row->codes->pairs[0];
        holes[0] = (struct slice){pair->code, pair->code_len};
    }
    if (!put_value(t, row, frame, holes[0], must_be_known))
        return false;
    for (size_t k = 1; k < piece->hole_count; k++)
        if (!put_value(t, piece->holes[k], frame, holes[k], false))
            t->complete = t->exact = false;
    t->exact = t->exact && same;
    return true;
}

/* First as what is understood, by the pattern with the most words; else as it stands, by the
 * first that the template has. */
static bool take_values(struct taking *t, const struct piece *piece, struct frame *frame,
                        struct slice segment)
{
    bool has_codec = piece->holes[0]->codec != CODEC_NONE;
    for (size_t i = 0; i < piece->pattern_count; i++)
        if (take_pattern(t, piece, frame, piece->tries[i], segment, has_codec))
            return true;
    for (size_t i = 0; has_codec && i < piece->pattern_count; i++)
        if (!pattern_is_bare(&piece->patterns[i]) &&
            take_pattern(t, piece, frame, &piece->patterns[i], segment, false))
            return true;
    return false;
}

/* True if the segment is a piece by its words, or by a value that only it has. */
static bool is_piece(struct taking *t, const struct piece *piece, struct slice segment,
                     bool bare_too)
{
    struct slice holes[PATTERN_MAX_HOLES];
    bool unused = true;
    for (size_t k = 0; k < piece->pattern_count; k++) {
        const struct pattern *pattern = &piece->patterns[k];
        struct decoded decoded;
        if (!pattern_match(pattern, segment, holes, &unused))
            continue;
        if (!pattern_is_bare(pattern))
            return true;
        if (piece->holes[0]->codec == CODEC_NONE) {
            if (bare_too)
                return true;
            continue;
        }
        if (codec_decode(piece->holes[0], t->r->record->arena, t->r->language, holes[0].text,
                         holes[0].len, COMITY_NODE_STRING, &decoded) &&
            decoded.known)
            return true;
    }
    return false;
}

/* True if one of the parts that tell the group stands in the segment. */
static bool is_told(struct taking *t, const struct parts *parts, struct slice text)
{
    struct slice rest = text, segment;
    bool unused = true;
    while (parts_next(parts, &rest, &segment, &unused))
        for (size_t i = 0; i < parts->count; i++)
            if (parts->pieces[i].tells && is_piece(t, &parts->pieces[i], segment, true))
                return true;
    return false;
}

/* True if the segment is told to be another part than the one that goes on. */
static bool is_other(struct taking *t, const struct parts *parts, const struct piece *going,
                     struct slice segment)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct piece *piece = &parts->pieces[i];
        if (piece != going && (piece->each ? is_told(t, piece->inner, segment)
                                           : is_piece(t, piece, segment, false)))
            return true;
    }
    return false;
}

/* The segment and those behind it that no other part is told to be. */
static struct slice go_on(struct taking *t, const struct parts *parts,
                          const struct piece *piece, struct slice segment, struct slice *rest)
{
    struct slice after = *rest, next;
    bool unused = true;
    while (parts_next(parts, &after, &next, &unused)) {
        if (is_other(t, parts, piece, next))
            break;
        segment.len = (size_t)(next.text + next.len - segment.text);
        *rest = after;
    }
    return segment;
}

static struct slice take_parts(struct taking *t, const struct parts *parts, struct frame *frame,
                               struct slice text);

/* The group of a list that the next text of one is about: one that another label has made for
 * its place, or a new one. */
static struct value *next_group(struct reading *r, const struct member *each,
                                struct frame *frame)
{
    struct value *parent = in_group(r, frame, &each->row->target);
    struct value *group =
        parent && each->key == FIELD_NONE ? value_child(parent, each->row->target.field) : NULL;
    while (group && !(group->flags & VALUE_INDEXED))
        group = group->position + 1 < r->indexed_end ? value_next(group) : NULL;
    if (group)
        group->flags &= (uint8_t)~VALUE_INDEXED;
    else if (parent)
        group = value_add(r->record, parent, each->row->target.field);
    if (!group)
        r->status = COMITY_E_NOMEM;
    return group;
}

/* One group; the result is what begins the next, where nothing stands between them. */
static struct slice take_one_group(struct taking *t, const struct piece *piece,
                                   struct frame *frame, struct slice segment)
{
    static const struct slice nothing = {NULL, 0};
    struct reading *r = t->r;
    const struct member *each = piece->each;
    struct frame inner;
    struct value *group = next_group(r, each, frame);
    if (!group)
        return nothing;
    group->node = t->node;
    in_open_entry(r, each, group, &inner);

    return take_parts(t, piece->inner, &inner, segment);
}

static bool take_group(struct taking *t, const struct piece *piece, struct frame *frame,
                       struct slice segment)
{
    if (!is_told(t, piece->inner, segment))
        return false;
    segment = take_one_group(t, piece, frame, segment);
    while (segment.len && t->r->status == COMITY_OK) {
        t->exact = false; /* a writer would have parted them */
        segment = take_one_group(t, piece, frame, segment);
    }
    return true;
}

static bool is_open(const struct piece *piece, size_t index, uint64_t used, bool is_first)
{
    if ((used >> index & 1u) && !piece->is_list)
        return false;
    if (piece->needs && !(index > 0 && (used >> (index - 1) & 1u)))
        return false;
    return is_first || !piece->first;
}

/* What tells a part, the surest first: its words, a value of its kind, its place alone. */
static unsigned rank(const struct piece *piece)
{
    if (piece->each || !pattern_is_bare(&piece->patterns[0]))
        return 0;
    return piece->holes[0]->codec != CODEC_NONE ? 1 : 2;
}

static bool take_piece(struct taking *t, const struct parts *parts, const struct piece *piece,
                       struct frame *frame, struct slice segment, struct slice *rest)
{
    struct slice after = *rest;
    if (piece->rest && rest->len) {
        segment.len = (size_t)(rest->text + rest->len - segment.text);
        after.len = 0;
    } else if (piece->more && rest->len) {
        segment = go_on(t, parts, piece, segment, &after);
    }
    if (!(piece->each ? take_group : take_values)(t, piece, frame, segment))
        return false;
    *rest = after;
    return true;
}

/* Gives a segment to the part that takes it; its index, or the number of parts. */
static size_t take_segment(struct taking *t, const struct parts *parts, struct frame *frame,
                           struct slice segment, struct slice *rest, uint64_t used,
                           bool is_first)
{
    for (unsigned turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < parts->count; i++) {
            const struct piece *piece = &parts->pieces[i];
            if (rank(piece) == turn && is_open(piece, i, used, is_first) &&
                take_piece(t, parts, piece, frame, segment, rest))
                return i;
        }
    return parts->count;
}

/* True where the words of a group's first part stand again: the next group begins. */
static bool begins_again(struct taking *t, const struct parts *parts, uint64_t used,
                         struct slice segment)
{
    const struct piece *first = &parts->pieces[0];
    return (used & 1u) && first->tells && !first->is_list && rank(first) == 0 &&
           is_piece(t, first, segment, false);
}

/* Takes the text apart; the result is what belongs to the next group. */
static struct slice take_parts(struct taking *t, const struct parts *parts, struct frame *frame,
                               struct slice text)
{
    struct slice rest = slice_trim(text), segment;
    const char *end = rest.text + rest.len;
    uint64_t used = 0;
    size_t last = 0;
    for (bool is_first = true; t->r->status == COMITY_OK; is_first = false) {
        if (!parts_next(parts, &rest, &segment, &t->exact))
            break;
        if (begins_again(t, parts, used, segment))
            return (struct slice){segment.text, (size_t)(end - segment.text)};
        size_t i = take_segment(t, parts, frame, segment, &rest, used, is_first);
        if (i == parts->count) {
            t->complete = t->exact = false;
            continue;
        }
        t->any = true;
        t->exact = t->exact && i >= last;
        used |= (uint64_t)1 << i;
        last = i;
    }
    return (struct slice){NULL, 0};
}

/* The text as it stands, and what it covers. */
static void put_combined(struct taking *t, const struct row *row, struct frame *frame,
                         struct slice text)
{
    struct record *record = t->r->record;
    struct value *group = in_group(t->r, frame, &row->target);
    bool good =
        group && value_add_text(record, group, F_combined_text, text.text, text.len, t->node);
    for (const char *const *cover = row->parts->covers; good && *cover; cover++) {
        struct value *value =
            value_add_text(record, group, F_combined_covers, *cover, strlen(*cover), 0);
        good = value != NULL;
        if (value)
            value->flags |= VALUE_CONSTANT;
    }
    if (good && t->any && t->complete) {
        struct value *value = value_add_text(record, group, F_combined_complete, "true", 4, 0);
        good = value != NULL;
        if (value)
            value->flags |= VALUE_CONSTANT;
    }
    if (!good)
        t->r->status = COMITY_E_NOMEM;
}

void in_parts(struct reading *r, const struct row *row, struct frame *frame, const char *text,
              size_t len, uint32_t node)
{
    struct taking t = {.r = r, .node = node, .complete = true, .exact = true};
    struct slice whole = {text, len};
    take_parts(&t, row->parts, frame, whole);
    if (row->parts->is_combined || !t.any || !t.exact)
        put_combined(&t, row, frame, whole);
}
