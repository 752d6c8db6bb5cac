/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is wrong with a template although it can be compiled: rows that cannot be written back,
 * rules that nothing can reach, items of the convention that nothing fills.  Each row is tried:
 * a value is written and read again. */
#include "mapping/checker.h"
#include "model/rules.h"
#include "syntax/json.h"
#include "syntax/xml.h"

#include <stdio.h>

/* --- trying a row */

struct trial {
    struct compiler *c;
    struct arena arena;
    struct findings silent; /* what is tried tells nobody */
    struct record record;
    struct reading reading;
    struct frame root;
};

static bool trial_open(struct trial *trial, struct compiler *c)
{
    *trial = (struct trial){.c = c};
    arena_init(&trial->arena, 0);
    if (record_init(&trial->record, &trial->arena, NULL) != COMITY_OK)
        return false;
    trial->reading = (struct reading){.t = c->t,
                                      .record = &trial->record,
                                      .findings = &trial->silent,
                                      .prefix = "",
                                      .language = c->t->form ? c->t->form->languages[0] : NULL,
                                      .root = &trial->root};
    trial->root = (struct frame){.scope = &c->t->scope};
    trial->root.slots[0] = trial->record.root;
    for (size_t i = 0; i < c->t->scope.constant_count; i++)
        in_constant(&trial->reading, &trial->root, &c->t->scope.constants[i]);
    return true;
}

static void trial_close(struct trial *trial)
{
    arena_free(&trial->arena);
}

/* What a member stands for, so that it is written. */
static void put_when(struct reading *r, struct frame *frame, const struct member *member)
{
    for (size_t i = 0; i < member->when_count; i++) {
        const struct membership *of = &member->when[i];
        struct constant constant = {.target = of->target};
        if (!of->count)
            continue;
        constant.text = of->texts[0].text;
        constant.len = of->texts[0].len;
        in_constant(r, frame, &constant);
    }
}

/* A group inside a list for each step of the chain; the innermost frame. */
static void enter(struct trial *trial, const struct chain *chain, struct frame *frames,
                  size_t *depth)
{
    if (!chain) {
        frames[0] = trial->root;
        *depth = 0;
        return;
    }
    enter(trial, chain->up, frames, depth);
    if (chain->each->kind == MEMBER_OBJECT) {
        put_when(&trial->reading, &frames[*depth], chain->each);
        return;
    }
    const struct member *each = chain->each;
    struct reading *r = &trial->reading;
    struct value *list = in_group(r, &frames[*depth], &each->row->target);
    struct value *group = list ? value_child(list, each->row->target.field) : NULL;
    if (list && !group)
        group = value_add(r->record, list, each->row->target.field);
    struct frame *inner = &frames[++*depth];
    *inner = (struct frame){.scope = each->scope};
    inner->slots[0] = group;
    if (!group)
        return;
    if (each->key != FIELD_NONE && !value_child(group, each->key))
        value_add_text(r->record, group, each->key, each->wanted, each->wanted_len, 0);
    for (size_t i = 0; i < each->scope->constant_count; i++)
        in_constant(r, inner, &each->scope->constants[i]);
    put_when(r, inner, each);
}

static void put_text(struct trial *trial, const struct chain *chain, const struct row *row,
                     const char *text)
{
    struct frame frames[CHAIN_MAX + 1];
    size_t depth = 0;
    enter(trial, chain, frames, &depth);
    struct reading *r = &trial->reading;
    struct value *group = in_group(r, &frames[depth], &row->target);
    if (!group || value_child(group, row->target.field))
        return;
    value_add_text(r->record, group, row->target.field, text, strlen(text), 0);
    for (size_t i = 0; i < row->with_count; i++)
        in_constant(r, &frames[depth], &row->with[i]);
}

/* A value that the field may have, and its row can say. */
static const char *sample(const struct row *row, const struct pattern *pattern, size_t hole,
                          char room[300])
{
    const struct field *field = &fields[row->target.field];
    if (row->codec == CODEC_CODES && row->codes->count)
        return row->codes->pairs[0].value;
    if (row->codec == CODEC_COUNTRY || field->type == TYPE_COUNTRY)
        return "FR";
    if (row->codec == CODEC_TIME && field->type == TYPE_TIME)
        return "2001-02-13T04:05:06Z";
    if (row->codec == CODEC_DATE || field->type == TYPE_DATE || field->type == TYPE_TIME)
        return "2001-02-13";
    if (row->codec == CODEC_LANGUAGE || field->type == TYPE_LANGUAGE)
        return "fr";
    if (field->type == TYPE_NUMBER || row->json_kind == COMITY_NODE_NUMBER)
        return "12";
    if (field->type == TYPE_BOOLEAN || row->json_kind == COMITY_NODE_TRUE)
        return "true";
    if (field->type == TYPE_URI)
        return "https://example.org/";
    if (field->type == TYPE_BASE64)
        return "U2FtcGxl";
    if (field->type == TYPE_DIGEST)
        return "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (size_t i = 0; field->type == TYPE_CODE && i < code_count; i++)
        if (codes[i].list == field->ref)
            return codes[i].value;
    if (!pattern)
        return "Sample";
    snprintf(room, 300, "%s%s%s", pattern->begins[hole].text ? pattern->begins[hole].text : "",
             "Sample", pattern->ends[hole].text ? pattern->ends[hole].text : "");
    return room;
}

static void put_sample(struct trial *trial, const struct chain *chain, const struct row *row)
{
    char room[300];
    if (!row->parts && !row->is_kept)
        put_text(trial, chain, row, sample(row, NULL, 0, room));
}

static void put_piece(struct trial *trial, const struct chain *chain, const struct piece *piece)
{
    const struct pattern *pattern = &piece->patterns[0];
    for (size_t i = 0; i < piece->hole_count; i++) {
        char room[300];
        size_t hole = 0;
        while (hole + 1 < pattern->hole_count && pattern->holes[hole] != i)
            hole++;
        const char *text = sample(piece->holes[i], pattern, hole, room);
        char *copy = arena_copy(&trial->arena, text, strlen(text));
        if (copy)
            put_text(trial, chain, piece->holes[i], copy);
    }
}

/* --- what every document of the format needs */

static void put_required(struct trial *trial, const struct member *parent,
                         const struct chain *chain)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        if (member->kind == MEMBER_OBJECT && member->is_block)
            continue;
        if (member->kind == MEMBER_OBJECT || member->kind == MEMBER_DOCUMENTS)
            put_required(trial, member, chain);
        else if (member->required && member->row && member->kind != MEMBER_EACH)
            put_sample(trial, chain, member->row);
        else if (member->required && member->kind == MEMBER_EACH) {
            struct chain inner = {.up = chain, .each = member};
            put_required(trial, member, &inner);
        }
    }
}

/* The sort of entries that is written for a kind, and so tells it; NULL where there is none. */
static const struct member *sort_of_kind(const struct member *parent, const char *kind)
{
    for (uint16_t i = 0; i < parent->count; i++)
        for (const struct member *m = parent->members[i]; m; m = m->other) {
            for (size_t k = 0; m->kind == MEMBER_EACH && k < m->when_count; k++)
                if (m->when[k].target.field == F_document_kind && m->when[k].target.from_root &&
                    strcmp(m->when[k].texts[0].text, kind) == 0)
                    return m;
            const struct member *found =
                m->kind == MEMBER_OBJECT ? sort_of_kind(m, kind) : NULL;
            if (found)
                return found;
        }
    return NULL;
}

static void tell_kind(struct trial *trial, const char *kind)
{
    struct frame frames[CHAIN_MAX + 1];
    size_t depth = 0;
    struct chain chain = {.each = sort_of_kind(&trial->c->t->root, kind)};
    if (chain.each)
        enter(trial, &chain, frames, &depth);
}

/* A kind that needs no condition, or one whose condition the sample meets. */
static void put_kind(struct trial *trial)
{
    const struct template *t = trial->c->t;
    size_t i = 0;
    if (value_child(trial->record.root, F_document_kind))
        return; /* the row is of one kind alone */
    while (i + 1 < t->kind_count && t->kinds[i].when.kind != WHEN_ALWAYS)
        i++;
    while (i > 0 && t->kinds[i].is_own)
        i--;
    const struct kind_rule *rule = &t->kinds[i];
    value_add_text(&trial->record, trial->record.root, F_document_kind, rule->kind,
                   rule->kind_len, 0);
    const char *text = rule->when.text;
    if (rule->is_own) /* as if it had been read by this format */
        value_keep(&trial->record, trial->record.root, trial->c->t->id, "stream:", 7, "true", 4,
                   0);
    tell_kind(trial, rule->kind);
    if (rule->when.kind != WHEN_ALWAYS && rule->when.row &&
        rule->when.row->target.field != FIELD_NONE)
        put_text(trial, NULL, rule->when.row, text ? text : "Sample");
}

/* --- there and back */

comity_status check_parse(struct compiler *c, const char *bytes, size_t size,
                          struct arena *arena, struct tree *tree, struct text_found *found,
                          struct findings *findings)
{
    struct limits limits = LIMITS_INIT;
    struct syntax_error error = {.code = NULL};
    size_t used = 0;
    uint64_t bad = 0;
    tree_init(tree, arena);
    tree->line = tree->column = 1;
    tree->text = bytes;
    tree->size = size;
    if (c->t->form)
        return text_read(tree, c->t->form, bytes, size, &limits, findings, found);
    if (c->t->syntax == SYNTAX_CSV)
        return csv_read(tree, &c->t->csv, &limits, findings, &bad);
    comity_status status = c->t->syntax == SYNTAX_XML
                               ? xml_read(tree, bytes, size, &limits, NULL, &error)
                               : json_read(tree, bytes, size, true, &limits, &used, &error);
    if (status != COMITY_OK && error.code)
        tree_report_syntax(tree, findings, &error);
    return status;
}

comity_status check_read(struct compiler *c, const char *bytes, size_t size,
                         struct record *record, struct arena *arena, struct tree *tree,
                         struct findings *findings)
{
    struct text_found found = {0};
    uint32_t after = 0;
    comity_status status = check_parse(c, bytes, size, arena, tree, &found, findings);
    if (status == COMITY_OK)
        status = template_normalize(c->t, tree);
    if (status == COMITY_OK)
        status = record_init(record, arena, tree);
    if (status == COMITY_OK)
        status = template_read(c->t, record, findings, &after, found.language, false);
    return status;
}

comity_status check_write(struct compiler *c, struct record *record, struct findings *findings,
                          struct buffer *out)
{
    struct template_writer writer;
    template_writer_init(&writer, c->t);
    const struct value *kind = value_child(record->root, F_document_kind);
    for (size_t i = 0; kind && i < c->t->kind_count; i++) {
        const struct kind_rule *rule = &c->t->kinds[i];
        if (rule->chosen && value_is(kind, rule->kind, rule->kind_len))
            template_choose(&writer, rule->option, rule->chosen, strlen(rule->chosen));
    }
    comity_status status = template_write(&writer, record, findings, out);
    if (status == COMITY_OK)
        template_finish(&writer, out);
    template_writer_free(&writer);
    return status == COMITY_OK ? buffer_status(out) : status;
}

/* True if what was put into the trial's record is there again behind writing and reading. */
static bool comes_back(struct trial *trial)
{
    struct buffer out;
    struct record back;
    struct tree tree = {0};
    buffer_init(&out, 0);
    comity_status status = check_write(trial->c, &trial->record, &trial->silent, &out);
    struct value *kind = value_child(trial->record.root, F_document_kind);
    if (kind)
        value_remove(kind); /* what a row says may tell another of the format's kinds */
    if (status == COMITY_OK)
        status = check_read(trial->c, out.bytes, out.size, &back, &trial->arena, &tree,
                            &trial->silent);
    bool good = status == COMITY_OK && record_includes(back.root, trial->record.root);
    tree_free(&tree);
    buffer_free(&out);
    return good;
}

void check_report(struct compiler *c, uint32_t node, int32_t severity, const char *code,
                  const char *message)
{
    tree_report(&c->tree, c->findings, node, severity, code, NULL,
                "docs/templates.md describes the template", message);
    if (severity == COMITY_ERROR)
        c->failed = true;
}

static void judge(struct trial *trial, const struct row *row, const char *text)
{
    char message[400];
    if (comes_back(trial))
        return;
    snprintf(message, sizeof message,
             "a value of %s (%s) is not the same after it was written and read again",
             row->field_path, text);
    check_report(trial->c, row->node, COMITY_ERROR, "template.one-way", message);
}

static void begin(struct trial *trial)
{
    put_kind(trial);
    put_required(trial, &trial->c->t->root, NULL);
}

static void try_row(struct compiler *c, const struct chain *chain, const struct row *row)
{
    struct trial trial;
    if (trial_open(&trial, c)) {
        char room[300];
        begin(&trial);
        put_sample(&trial, chain, row);
        judge(&trial, row, sample(row, NULL, 0, room));
    }
    trial_close(&trial);
    /* Every word of a code table must come back too. */
    for (size_t i = 1; row->codec == CODEC_CODES && i < row->codes->count; i++) {
        if (trial_open(&trial, c)) {
            put_text(&trial, chain, row, row->codes->pairs[i].value);
            begin(&trial);
            judge(&trial, row, row->codes->pairs[i].value);
        }
        trial_close(&trial);
    }
}

/* The part that must stand before another, or what tells a group of it. */
static void put_before(struct trial *trial, const struct chain *chain,
                       const struct piece *piece)
{
    struct chain inner = {.up = chain, .each = piece->each};
    if (!piece->each)
        put_piece(trial, chain, piece);
    for (size_t i = 0; piece->inner && i < piece->inner->count; i++)
        if (piece->inner->pieces[i].tells) {
            put_piece(trial, &inner, &piece->inner->pieces[i]);
            return;
        }
}

static void try_parts(struct compiler *c, const struct chain *chain, const struct parts *parts);

static void try_piece(struct compiler *c, const struct chain *chain, const struct parts *parts,
                      size_t index)
{
    const struct piece *piece = &parts->pieces[index];
    struct trial trial;
    if (piece->stands_in)
        return; /* it comes back as what it stands in for */
    if (piece->each) {
        struct chain inner = {.up = chain, .each = piece->each};
        if (piece->inner)
            try_parts(c, &inner, piece->inner);
        return;
    }
    if (trial_open(&trial, c)) {
        put_piece(&trial, chain, piece);
        if (piece->needs && index > 0)
            put_before(&trial, chain, &parts->pieces[index - 1]);
        begin(&trial);
        bool told = piece->tells || !chain;
        for (size_t i = 0; i < parts->count && !told; i++)
            if (parts->pieces[i].tells) {
                put_piece(&trial, chain, &parts->pieces[i]);
                told = true;
            }
        judge(&trial, piece->holes[0], piece->patterns[0].text);
    }
    trial_close(&trial);
}

static void check_patterns(struct compiler *c, const struct piece *piece)
{
    for (size_t i = 1; i < piece->pattern_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(piece->patterns[i].text, piece->patterns[k].text) == 0 &&
                piece->patterns[i].language == piece->patterns[k].language) {
                char message[300];
                snprintf(message, sizeof message, "the pattern '%.100s' stands here twice",
                         piece->patterns[i].text);
                check_report(c, piece->holes[0]->node, COMITY_ERROR, "template.unreachable",
                             message);
            }
}

static void try_parts(struct compiler *c, const struct chain *chain, const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        try_piece(c, chain, parts, i);
        if (!parts->pieces[i].each)
            check_patterns(c, &parts->pieces[i]);
    }
}

static void try_members(struct compiler *c, const struct member *parent,
                        const struct chain *chain)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        struct chain inner = {.up = chain, .each = member};
        if (member->kind == MEMBER_OBJECT || member->kind == MEMBER_DOCUMENTS) {
            try_members(c, member, member->when_count ? &inner : chain);
        } else if (member->kind == MEMBER_EACH || member->kind == MEMBER_ENTRY) {
            for (inner.each = member; inner.each; inner.each = inner.each->other)
                try_members(c, inner.each, inner.each->kind == MEMBER_EACH ? &inner : chain);
        } else if (member->kind == MEMBER_CONST || member->whole_of) {
            continue;
        } else if (member->row->parts) {
            try_parts(c, chain, member->row->parts);
        } else if (!member->row->is_kept) {
            try_row(c, chain, member->row);
        }
    }
}

/* --- what nothing reaches, and what nothing fills */

static bool uses_table(const struct member *parent, const struct code_table *table);

static bool parts_use_table(const struct parts *parts, const struct code_table *table)
{
    for (size_t i = 0; parts && i < parts->count; i++) {
        const struct piece *piece = &parts->pieces[i];
        for (size_t k = 0; k < piece->hole_count; k++)
            if (piece->holes[k]->codes == table)
                return true;
        if (piece->inner && parts_use_table(piece->inner, table))
            return true;
    }
    return false;
}

static bool uses_table(const struct member *parent, const struct code_table *table)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        if (member->row &&
            (member->row->codes == table || parts_use_table(member->row->parts, table)))
            return true;
        for (const struct member *sort = member; sort; sort = sort->other)
            if (uses_table(sort, table))
                return true;
    }
    return false;
}

static void check_reach(struct compiler *c)
{
    const struct template *t = c->t;
    uint32_t tables = tree_find(&c->tree, 1, "codes", 5, NULL),
             kinds = tree_find(&c->tree, 1, "kinds", 5, NULL);
    for (size_t i = 0; i < t->table_count; i++)
        if (!uses_table(&t->root, &t->tables[i]))
            check_report(
                c,
                tree_find(&c->tree, tables, t->tables[i].name, strlen(t->tables[i].name), NULL),
                COMITY_ERROR, "template.unreachable", "no row uses this code table");
    uint32_t node = kinds ? tree_node(&c->tree, kinds)->first : 0;
    bool closed = false;
    for (size_t i = 0; i < t->kind_count && node; i++) {
        if (closed)
            check_report(c, node, COMITY_ERROR, "template.unreachable",
                         "a kind without condition stands before this one");
        closed = closed || t->kinds[i].when.kind == WHEN_ALWAYS;
        node = tree_node(&c->tree, node)->next;
    }
}

/* What is written must be recognized again. */
static void check_detect(struct compiler *c)
{
    uint32_t detect = tree_find(&c->tree, 1, "detect", 6, NULL);
    for (size_t i = 0; i < c->t->detect_count; i++) {
        char message[300];
        const char *at = c->t->detect[i].at;
        if (strstr(at, "[]") || compiler_is_said(compiler_find(&c->t->root, at, false)))
            continue;
        snprintf(message, sizeof message,
                 "no row writes '%.100s', by which the format is told: what is written is not "
                 "recognized",
                 at);
        check_report(c, detect, COMITY_ERROR, "template.detect", message);
    }
}

/* One of the things that a rule asks for. */
struct demand {
    const struct rule *rule;
    size_t part;
};

/* True if a row, a part or a constant below `prefix` answers it. */
static bool is_answered(const struct member *parent, const char *prefix,
                        const struct demand *demand)
{
    char path[400];
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        const char *plain = member->row && !member->row->parts ? member->row->plain_path : "";
        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix && *plain ? "." : "", plain);
        if (*plain && rule_answers(demand->rule, demand->part, path))
            return true;
        const struct parts *parts = member->row ? member->row->parts : NULL;
        for (const char *const *cover = parts ? parts->covers : NULL; cover && *cover; cover++)
            if (rule_answers(demand->rule, demand->part, *cover))
                return true;
        for (const struct member *sort = member; sort; sort = sort->other) {
            if (sort != member && sort->row)
                snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "",
                         sort->row->plain_path);
            if (sort->count &&
                is_answered(sort, sort->kind == MEMBER_EACH ? path : prefix, demand))
                return true;
        }
    }
    return false;
}

static void check_rule(struct compiler *c, const char *kind, const struct rule *rule)
{
    struct buffer message;
    const char *text;
    size_t len, unanswered = 0;
    buffer_init(&message, 0);
    buffer_format(&message, "nothing fills what article %s asks of %s: %s", rule->article, kind,
                  rule->label);
    for (size_t part = 0; rule_part(rule, part, &text, &len); part++)
        if (!is_answered(&c->t->root, "", &(struct demand){rule, part})) {
            buffer_text(&message, unanswered++ ? " & " : " (");
            buffer_add(&message, text, len);
        }
    buffer_add(&message, ")", 2); /* and its end */
    if (unanswered && buffer_status(&message) == COMITY_OK)
        check_report(c, tree_find(&c->tree, 1, "rows", 4, NULL), COMITY_WARNING,
                     "template.content", message.bytes);
    buffer_free(&message);
}

static void check_content(struct compiler *c)
{
    const struct template *t = c->t;
    for (size_t i = 0; i < t->kind_count; i++) {
        size_t at = 0;
        const struct rule *rule;
        const struct kind *kind = kind_find(t->kinds[i].kind, strlen(t->kinds[i].kind));
        while (kind && (rule = rules_next(kind, &at)) != NULL)
            if (rule->level == RULE_SHALL && rule_is_plain(rule))
                check_rule(c, t->kinds[i].kind, rule);
    }
}

void check_template(struct compiler *c)
{
    try_members(c, &c->t->root, NULL);
    check_reach(c);
    check_detect(c);
    check_content(c);
    check_examples(c);
}
