/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Each value of a sample matters: with one letter or digit of it changed, another document is
 * read, or a finding tells.  What a plugin marks as read and leaves out is found so.  Knows
 * where the values of a tree stand in the bytes, and nothing of what they mean. */
#include "kit/checker.h"

#include "base/utf8.h"
#include "runtime/context.h"

#include <string.h>

#define MOST_LEAVES 400u
#define MAX_GUARDS 16
#define MOST_BYTES ((size_t)64 << 20) /* converted of one sample */

/* The bytes that stand for a value, and what one character of it is to become. */
struct change {
    const char *start, *end;
    bool is_json, is_xml, is_number;
    bool is_foreign;     /* the input has another encoding: ASCII alone */
    size_t seen, wanted; /* characters that may be changed */
    const char *at;
    size_t len;
    char to[8];
};

struct noticing {
    struct subject *subject;
    const struct sample *sample;
    struct conversion before, after;
    struct buffer found; /* of the sample as it is, by places_of_findings() */
    struct buffer now, changed, path;
    size_t tried, of_sample;
    uint64_t carried; /* where the record that goes along stands in the sample; 0: none does */
    struct guard {
        char code[sizeof noted[0].code];
        uint64_t line, offset;
        size_t count;
    } guards[MAX_GUARDS]; /* errors elsewhere that refuse changed samples */
    size_t guard_count;
};

/* --- one character */

/* A letter whose neighbour but one is another letter, and not the same in the other case. */
static bool has_neighbour(uint32_t code)
{
    static const uint32_t ranges[][2] = {
        {0xC0, 0xD5},     {0xE0, 0xF5},     {0x100, 0x17C},  {0x391, 0x39F}, {0x3B1, 0x3C7},
        {0x410, 0x44F},   {0x5D0, 0x5E8},   {0x628, 0x638},  {0x641, 0x647}, {0x3042, 0x3090},
        {0x30A2, 0x30F0}, {0x4E00, 0x9FA0}, {0xAC00, 0xD7A0}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (code >= ranges[i][0] && code <= ranges[i][1])
            return (code ^ 2) >= ranges[i][0] && (code ^ 2) <= ranges[i][1];
    return false;
}

/* Takes the character at hand if it is the one that is wanted. */
static void look_at(struct change *change, const char *at, size_t len)
{
    uint32_t code = 0;
    char c = *at;
    bool is_digit = c >= '0' && c <= '9';
    bool is_ascii = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (len > 1 && !change->is_foreign && utf8_decode(at, len, &code) == len &&
        has_neighbour(code))
        utf8_encode(code ^ 2, change->to);
    else if (is_digit || (is_ascii && !change->is_number))
        change->to[0] = (char)(c == '9' || c == 'z' || c == 'Z' ? c - 1 : c + 1);
    else
        return;
    if (change->seen++ == change->wanted) {
        change->at = at;
        change->len = len;
    }
}

static const char *behind(const char *at, const char *end, const char *mark)
{
    size_t len = strlen(mark);
    for (; at + len <= end; at++)
        if (memcmp(at, mark, len) == 0)
            return at + len;
    return end;
}

/* Behind what begins with '<'; of a CDATA section behind its mark alone. */
static const char *behind_markup(const char *at, const char *end)
{
    char quote = '\0';
    if (end - at >= 4 && memcmp(at, "<!--", 4) == 0)
        return behind(at + 4, end, "-->");
    if (end - at >= 9 && memcmp(at, "<![CDATA[", 9) == 0)
        return at + 9;
    if (end - at >= 2 && at[1] == '?')
        return behind(at, end, "?>");
    for (; at < end && (quote || *at != '>'); at++)
        if (quote ? *at == quote : *at == '"' || *at == '\'')
            quote = quote ? '\0' : *at;
    return at < end ? at + 1 : end;
}

/* Looks at the characters that stand for themselves, until the wanted one was found. */
static void look_through(struct change *change)
{
    const char *at = change->start, *end = change->end;
    change->seen = 0;
    change->at = NULL;
    while (at < end && !change->at) {
        size_t len = utf8_sequence(at, (size_t)(end - at));
        if (change->is_json && *at == '\\') {
            at += end - at > 6 && at[1] == 'u' ? 6 : 2;
        } else if (change->is_xml && *at == '<') {
            at = behind_markup(at, end);
        } else if (change->is_xml && *at == '&') {
            at = behind(at, end, ";");
        } else {
            look_at(change, at, len ? len : 1);
            at += len ? len : 1;
        }
    }
}

/* The one in the middle; false where there is none. */
static bool find_middle(struct change *change)
{
    change->wanted = SIZE_MAX;
    look_through(change);
    if (!change->seen)
        return false;
    change->wanted = change->seen / 2;
    memset(change->to, 0, sizeof change->to);
    look_through(change);
    return change->at != NULL;
}

static bool find_change(const struct tree *tree, const struct comity_node *node,
                        struct change *change)
{
    memset(change, 0, sizeof *change);
    change->start = tree->text + node->offset;
    change->end = tree->text + node->end;
    change->is_json = tree->syntax == SYNTAX_JSON;
    change->is_xml = tree->syntax == SYNTAX_XML;
    change->is_number = node->kind == COMITY_NODE_NUMBER;
    change->is_foreign = tree->map != NULL;
    if (node->kind == COMITY_NODE_TRUE || node->kind == COMITY_NODE_FALSE) {
        change->at = change->start;
        change->len = node->kind == COMITY_NODE_TRUE ? 4 : 5;
        memcpy(change->to, node->kind == COMITY_NODE_TRUE ? "false" : "true", 5);
        return change->is_json;
    }
    if (node->kind == COMITY_NODE_NULL)
        return false;
    if (node->kind == COMITY_NODE_ATTRIBUTE) /* from the quote on */
        while (change->start < change->end && *change->start != '"' && *change->start != '\'')
            change->start++;
    return find_middle(change);
}

/* --- what comes of it */

static void places_of_findings(const struct conversion *conversion, struct buffer *places)
{
    buffer_clear(places);
    for (size_t i = 0; i < conversion->noted_count && i < MAX_NOTED; i++)
        buffer_format(places, "%s %s %llu\n", noted[i].code, noted[i].field,
                      (unsigned long long)noted[i].line);
}

/* True where a finding of the last conversion stands at the value, changed or not. */
static bool is_told(const struct conversion *conversion, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < conversion->noted_count && i < MAX_NOTED; i++)
        if (noted[i].line && noted[i].offset >= start && noted[i].offset < end)
            return true;
    return false;
}

static struct guard *guard_of(struct noticing *n, const struct noted *error)
{
    struct guard *guard = n->guards;
    for (; guard < n->guards + n->guard_count; guard++)
        if (guard->line == error->line && guard->offset == error->offset &&
            strcmp(guard->code, error->code) == 0)
            return guard;
    if (n->guard_count == MAX_GUARDS)
        return NULL;
    *guard = (struct guard){.line = error->line, .offset = error->offset};
    memcpy(guard->code, error->code, sizeof guard->code);
    n->guard_count++;
    return guard;
}

/* Counts a changed sample that is refused by the same error as others: a checksum, for one. */
static void count_refused(struct noticing *n, const struct conversion *refused)
{
    for (size_t i = 0; i < refused->noted_count && i < MAX_NOTED; i++) {
        if (noted[i].severity != COMITY_ERROR)
            continue;
        struct guard *guard = guard_of(n, &noted[i]);
        if (guard)
            guard->count++;
        return;
    }
}

static void tell_guards(const struct noticing *n)
{
    for (const struct guard *guard = n->guards; guard < n->guards + n->guard_count; guard++)
        if (guard->count > 2 && guard->count * 2 > n->of_sample)
            remark(
                n->subject,
                "the sample %s: with %zu of %zu values changed it is refused by the same error "
                "[%s] at another place, as a checksum does: of those nothing can be said",
                n->sample->name, guard->count, n->of_sample, guard->code);
}

static bool same_bytes(const struct buffer *one, const struct buffer *other)
{
    return one->size == other->size &&
           (!one->size || memcmp(one->bytes, other->bytes, one->size) == 0);
}

/* False where the sample's own bytes are others than the tree's. */
static bool apply(struct noticing *n, const struct change *change, size_t at)
{
    const struct sample *sample = n->sample;
    if (at + change->len > sample->size ||
        memcmp(sample->bytes + at, change->at, change->len) != 0)
        return false;
    buffer_clear(&n->changed);
    buffer_add(&n->changed, sample->bytes, at);
    buffer_text(&n->changed, change->to);
    buffer_add(&n->changed, sample->bytes + at + change->len, sample->size - at - change->len);
    return buffer_status(&n->changed) == COMITY_OK;
}

static void notice_leaf(struct noticing *n, const struct tree *tree, uint32_t index)
{
    struct change change;
    const struct comity_node *node = tree_node(tree, index);
    if (!find_change(tree, node, &change) ||
        !apply(n, &change, tree_place(tree, (size_t)(change.at - tree->text)).offset))
        return;
    n->tried++;
    n->of_sample++;
    convert_bytes(n->subject->alone, n->sample->format, "convention-json", n->changed.bytes,
                  n->changed.size, &n->after);
    places_of_findings(&n->after, &n->now);
    if (is_told(&n->after, tree_place(tree, node->offset).offset,
                tree_place(tree, node->end).offset))
        return;
    if (!n->after.result.documents)
        count_refused(n, &n->after);
    if (!same_output(&n->before, &n->after) || n->before.noted_count != n->after.noted_count ||
        !same_bytes(&n->found, &n->now))
        return;
    buffer_clear(&n->path);
    tree_path(tree, index, &n->path);
    fault(n->subject,
          "the sample %s: %.*s can be anything: the plugin neither puts nor keeps it, and "
          "reports nothing",
          n->sample->name, (int)n->path.size, n->path.size ? n->path.bytes : "");
}

static void take_carried(void *user, const struct comity_finding *finding)
{
    struct noticing *n = user;
    if (finding->severity == COMITY_NOTE && strcmp(finding->code, "model.carried") == 0)
        n->carried = finding->offset;
}

static comity_status read_on(void *user, struct comity_record *record)
{
    (void)user;
    (void)record;
    return COMITY_OK;
}

/* A format may take the canonical record along.  What stands around that is no value of the
 * request, but made anew each time. */
static void find_carried(struct noticing *n)
{
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_input input = {.bytes = n->sample->bytes, .size = n->sample->size};
    options.from = n->sample->format;
    options.trace = 1;
    options.finding = take_carried;
    options.user = n;
    n->carried = 0;
    comity_read(n->subject->alone, &options, &input, read_on, NULL, NULL);
}

static bool is_around_carried(const struct noticing *n, const struct tree *tree, uint32_t leaf)
{
    uint32_t i = 1;
    while (i < leaf && tree_place(tree, tree_node(tree, i)->offset).offset != n->carried)
        i++;
    return n->carried && i < leaf && tree_node(tree, leaf)->end <= tree_node(tree, i)->end;
}

static comity_status notice_tree(void *user, struct session *session)
{
    struct noticing *n = user;
    const struct tree *tree = &session->tree;
    const enum syntax_id syntax = session->from->syntax;
    uint16_t language;
    uint64_t leaves = 0, seen = 0, most = MOST_BYTES / (n->sample->size + 1);
    if ((syntax == SYNTAX_TEXT || syntax == SYNTAX_CSV || syntax == SYNTAX_LINES) &&
        text_input_read(session, session->from, &language) != COMITY_OK)
        return COMITY_OK;
    most = most < MOST_LEAVES ? most : MOST_LEAVES;
    for (uint32_t i = 1; i < tree->count; i++)
        leaves += tree_is_leaf(tree, tree_node(tree, i));
    for (uint32_t i = 1; i < tree->count; i++)
        if (tree_is_leaf(tree, tree_node(tree, i)) &&
            (leaves <= most || seen++ * most % leaves < most) && !is_around_carried(n, tree, i))
            notice_leaf(n, tree, i);
    return COMITY_OK;
}

static void notice_sample(struct noticing *n)
{
    struct session session;
    struct comity_options options = COMITY_OPTIONS_INIT;
    struct comity_result result = COMITY_RESULT_INIT;
    struct comity_input input = {.bytes = n->sample->bytes, .size = n->sample->size};
    options.from = n->sample->format;
    options.no_provenance = 1;
    convert_sample(n->subject->alone, "convention-json", n->sample, &n->before);
    if (!n->before.result.documents)
        return;
    places_of_findings(&n->before, &n->found);
    find_carried(n);
    n->of_sample = n->guard_count = 0;
    comity_status status = session_open(&session, n->subject->alone, &options, &result);
    if (status == COMITY_OK)
        session_trees(&session, &input, session.from->syntax, notice_tree, n);
    session_close(&session);
    tell_guards(n);
}

void try_noticed(struct subject *subject)
{
    struct noticing n = {.subject = subject};
    conversion_init(&n.before);
    conversion_init(&n.after);
    buffer_init(&n.found, 0);
    buffer_init(&n.now, 0);
    buffer_init(&n.changed, 0);
    buffer_init(&n.path, 0);
    watch_conduct(subject);
    for (size_t i = 0; i < subject->sample_count; i++) {
        const struct comity_format_info *format =
            own_format(subject, subject->samples[i].format);
        n.sample = &subject->samples[i];
        if (format && format->can_read)
            notice_sample(&n);
    }
    remark(subject, "%zu values were changed", n.tried);
}
