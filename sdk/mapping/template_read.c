/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the located tree to the record, by a template.  What no row takes is kept with its
 * path, its order and its absence, so that the same template can give it back. */
#include "mapping/joined.h"
#include "mapping/carrier.h"
#include "mapping/reader.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

bool in_is_scalar(const struct comity_node *node)
{
    return node->kind >= COMITY_NODE_FALSE && node->kind <= COMITY_NODE_STRING;
}

static void read_null(struct reading *r, const struct member *member, struct value *group,
                      const struct link *link, uint32_t index)
{
    if (member->absent == ABSENT_NULL) /* null says "not known", as absence does */
        tree_node(r->tree, index)->fate = FATE_MAPPED;
    else
        in_keep_node(r, group, link, index, FATE_KEPT);
}

void in_empty(struct reading *r, const struct member *member, struct frame *frame,
              const struct link *link, uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    node->fate = FATE_MAPPED;
    if (member->absent == ABSENT_EMPTY)
        return;
    if (member->kind == MEMBER_ENTRY || member->rest ||
        (member->kind == MEMBER_EACH && member->key != FIELD_NONE)) {
        /* one sort of a list that other rows share: that it is empty has no canonical place */
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
        return;
    }
    struct value *group = in_group(r, frame, &member->row->target);
    struct value *empty = group ? value_add(r->record, group, member->row->target.field) : NULL;
    if (!empty) {
        r->status = COMITY_E_NOMEM;
        return;
    }
    empty->form = VALUE_EMPTY_LIST;
    empty->node = index;
}

/* True if the entry is the value and the constants that a writer puts beside it, which are
 * marked. */
static bool is_plain_entry(struct reading *r, const struct member *member, uint32_t index,
                           uint32_t value)
{
    uint16_t hint = 0;
    uint32_t count = 1;
    for (uint32_t i = tree_node(r->tree, index)->first; i; i = tree_node(r->tree, i)->next) {
        struct comity_node *node = tree_node(r->tree, i);
        const struct member *constant =
            i == value ? NULL : member_find(member, node->name, node->name_len, &hint);
        if (i == value)
            continue;
        if (!constant || fixed_find(constant, node) != constant->fixed)
            return false;
        node->fate = FATE_MAPPED;
        count++;
    }
    return count == member->count + 1u;
}

/* An entry that is an object of one value and constants. */
static void read_inside(struct reading *r, const struct member *member, struct frame *frame,
                        const struct link *link, uint32_t index)
{
    struct link step = {.up = link, .name = member->inside, .len = member->inside_len};
    uint32_t value = tree_node(r->tree, index)->kind == COMITY_NODE_GROUP
                         ? tree_find(r->tree, index, member->inside, member->inside_len, NULL)
                         : 0;
    if (!value || !in_is_scalar(tree_node(r->tree, value))) {
        in_keep_unexpected(r, frame->slots[0], link, index, "an object with the value");
        return;
    }
    if (!is_plain_entry(r, member, index, value))
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
    in_scalar(r, member->row, frame, &step, value);
}

static void read_entry(struct reading *r, const struct member *member, struct frame *frame,
                       const struct link *link, uint32_t index)
{
    if (member->inside) {
        read_inside(r, member, frame, link, index);
        return;
    }
    const struct row *row = member->rest && link->index > 0 ? member->rest : member->row;
    if (in_is_scalar(tree_node(r->tree, index)))
        in_scalar(r, row, frame, link, index);
    else if (tree_node(r->tree, index)->kind == COMITY_NODE_NULL)
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
    else
        in_keep_unexpected(r, frame->slots[0], link, index, "a single value");
}

static void read_entries(struct reading *r, const struct member *member, struct frame *frame,
                         const struct link *link, uint32_t index)
{
    uint32_t first = in_first_entry(r, index), run = index;
    struct link entry = {.up = link};
    if (!first)
        in_empty(r, member, frame, link, index);
    if (first != index)
        in_one_listed(r, member, frame, link, index);
    for (uint32_t i = first; i && r->status == COMITY_OK; i = in_next_entry(r, &run, i)) {
        read_entry(r, member, frame, &entry, i);
        entry.index++;
    }
}

/* What the object stands for. */
static void read_when(struct reading *r, const struct member *member, struct frame *frame)
{
    for (size_t i = 0; i < member->when_count; i++)
        in_membership(r, frame, &member->when[i]);
}

/* One of the texts that the format itself says: the first needs no keeping. */
static void read_const(struct reading *r, const struct member *member, struct frame *frame,
                       const struct link *link, uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    if (fixed_find(member, node) == &member->fixed[0])
        node->fate = FATE_MAPPED;
    else
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
}

static void read_value(struct reading *r, const struct member *member, struct frame *frame,
                       const struct link *link, uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    if (member->row->is_kept && member->row->made == MADE_REF && !member->row->has_of) {
        node->fate = FATE_MAPPED; /* the list's own `ref` has followed it */
    } else if (member->row->is_kept) {
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
    } else if (member->row->parts && node->kind == COMITY_NODE_STRING) {
        node->fate = FATE_MAPPED;
        in_parts(r, member->row, frame, node->text, node->text_len, index);
    } else {
        in_scalar(r, member->row, frame, link, index);
    }
}

/* Of XML: an element with attributes although a value alone is expected, and one with text
 * alone where an object is: the text is the value. */
static bool read_element(struct reading *r, const struct member *member, struct frame *frame,
                         const struct link *link, uint32_t index)
{
    struct comity_node *node = tree_node(r->tree, index);
    static const char text[] = XML_TEXT;
    uint16_t hint = 0;
    if (node->kind == COMITY_NODE_STRING && node->text_len == 0 && member->always &&
        member->kind == MEMBER_OBJECT) {
        node->fate = FATE_MAPPED;
        return true;
    }
    if (node->kind == COMITY_NODE_STRING && node->text_len == 0 &&
        member->kind != MEMBER_CONST) { /* an empty element says nothing */
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
        return true;
    }
    if (member->kind == MEMBER_OBJECT && node->kind == COMITY_NODE_STRING) {
        const struct member *inner = member_find(member, text, sizeof text - 1, &hint);
        struct link step = {.up = link, .name = text, .len = sizeof text - 1};
        if (!inner || inner->kind != MEMBER_VALUE)
            return false;
        read_when(r, member, frame);
        read_value(r, inner, frame, &step, index);
        return true;
    }
    if (member->kind != MEMBER_VALUE || node->kind != COMITY_NODE_GROUP ||
        member->row->is_kept || !tree_find(r->tree, index, text, sizeof text - 1, NULL))
        return false;
    in_keep(r, frame->slots[0], "element:", link, "true", 4, 0);
    for (uint32_t i = node->first; i; i = tree_node(r->tree, i)->next) {
        const struct comity_node *child = tree_node(r->tree, i);
        struct link step = {.up = link, .name = child->name, .len = child->name_len};
        if (child->name_len == sizeof text - 1 &&
            memcmp(child->name, text, child->name_len) == 0)
            read_value(r, member, frame, &step, i);
        else
            in_keep_node(r, frame->slots[0], &step, i, FATE_KEPT);
    }
    return true;
}

static void read_member(struct reading *r, const struct member *member, struct frame *frame,
                        const struct link *link, uint32_t index)
{
    const struct comity_node *node = tree_node(r->tree, index);
    if (member->kind == MEMBER_DOCUMENTS)
        return; /* read one by one */
    if (node->kind == COMITY_NODE_NULL && member->kind != MEMBER_OBJECT) {
        read_null(r, member, frame->slots[0], link, index);
        return;
    }
    bool sorts = member->kind == MEMBER_EACH || member->kind == MEMBER_ENTRY,
         list = member->kind == MEMBER_ENTRIES || sorts;
    if (r->tree->is_normal && read_element(r, member, frame, link, index))
        return;
    if (member->kind == MEMBER_CONST)
        read_const(r, member, frame, link, index);
    else if (member->kind == MEMBER_VALUE && (in_is_scalar(node) || member->row->is_kept))
        read_value(r, member, frame, link, index);
    else if (list && (node->kind == COMITY_NODE_LIST || member->single))
        (sorts ? in_each : read_entries)(r, member, frame, link, index);
    else if (member->kind == MEMBER_OBJECT && node->kind == COMITY_NODE_GROUP && node->first) {
        read_when(r, member, frame);
        in_members(r, member, frame, link, index);
    } else if (member->kind == MEMBER_OBJECT && node->kind == COMITY_NODE_GROUP)
        in_keep_node(r, frame->slots[0], link, index, FATE_KEPT);
    else
        in_keep_unexpected(r, frame->slots[0], link, index,
                           list                            ? "a list"
                           : member->kind == MEMBER_OBJECT ? "an object"
                                                           : "a single value");
}

/* True if a writer would write the member although there is nothing to say. */
static bool always_written(const struct member *member)
{
    if (member->kind == MEMBER_CONST)
        return true;
    if (member->kind == MEMBER_ENTRY)
        return false;
    if (member->kind == MEMBER_OBJECT && member->always)
        return true;
    if (member->kind != MEMBER_OBJECT)
        return member->absent != ABSENT_OMIT ||
               (member->row &&
                (member->row->has_fallback || member->row->made || member->row->fallback ||
                 member->row->target.from_root)); /* said elsewhere too */
    if (member->is_block)
        return false;
    for (uint16_t i = 0; i < member->count; i++)
        if (always_written(member->members[i]))
            return true;
    return false;
}

static void keep_order(struct reading *r, struct value *group, const struct link *link,
                       uint32_t index)
{
    struct buffer json;
    buffer_init(&json, 0);
    buffer_char(&json, '[');
    for (uint32_t i = tree_node(r->tree, index)->first; i; i = tree_node(r->tree, i)->next) {
        if (json.size > 1)
            buffer_char(&json, ',');
        const struct comity_node *node = tree_node(r->tree, i);
        json_put_string(&json, node->name, node->name_len);
        if (r->tree->is_normal && node->reserved) {
            json.size--; /* the quote */
            buffer_format(&json, "#%u\"", node->reserved + 1u);
        }
    }
    buffer_char(&json, ']');
    in_keep_json(r, group, "order:", link, &json, 0);
}

/* True if one of the cases of the object was there: no other is expected. */
static bool has_case(const struct member *parent, const uint64_t *seen)
{
    for (uint16_t i = 0; i < parent->count; i++)
        if ((seen[i / 64] >> (i % 64) & 1u) && parent->members[i]->when_count)
            return true;
    return false;
}

static void keep_absent(struct reading *r, const struct member *parent, struct frame *frame,
                        const struct link *link, const uint64_t *seen)
{
    for (uint16_t i = 0; i < parent->count; i++) {
        const struct member *member = parent->members[i];
        bool is_other = member->when_count && member->always && has_case(parent, seen);
        if ((seen[i / 64] >> (i % 64) & 1u) || !always_written(member) || is_other)
            continue;
        struct link step = {.up = link, .name = member->name, .len = member->name_len};
        in_keep(r, frame->slots[0], "absent:", &step, "true", 4, 0);
    }
}

/* True where another member of the object holds the whole of the value, and a writer would cut
 * it to what stands here. */
static bool is_cut_of(struct reading *r, const struct member *member, uint32_t object,
                      uint32_t index)
{
    const char *name = member->row->overflow;
    const struct comity_node *whole =
        tree_node(r->tree, tree_find(r->tree, object, name, strlen(name), NULL));
    struct comity_node *node = tree_node(r->tree, index);
    struct buffer cut;
    if (whole->kind != COMITY_NODE_STRING || node->kind != COMITY_NODE_STRING)
        return false;
    buffer_init(&cut, 0);
    bool is_cut = codec_cut(member->row, whole->text, whole->text_len, &cut) &&
                  cut.size == node->text_len && memcmp(cut.bytes, node->text, cut.size) == 0;
    buffer_free(&cut);
    if (is_cut)
        node->fate = FATE_MAPPED;
    return is_cut;
}

/* What the template does not know; "name#2" is the second of that name that stands apart. */
static void keep_unknown(struct reading *r, struct frame *frame, struct link *step,
                         uint32_t index)
{
    const struct comity_node *node = tree_node(r->tree, index);
    if (r->tree->is_normal && node->reserved) {
        char *name = arena_alloc(r->record->arena, (size_t)step->len + 12);
        if (!name) {
            r->status = COMITY_E_NOMEM;
            return;
        }
        memcpy(name, step->name, step->len);
        step->len += (uint32_t)snprintf(name + step->len, 12, "#%u", node->reserved + 1u);
        step->name = name;
    }
    in_keep_node(r, frame->slots[0], step, index, FATE_KEPT);
}

/* Of XML: an element that stands a second time, apart from the first.  Entries of a list were
 * read with those of the first; what may stand once is kept. */
static void read_twin(struct reading *r, const struct member *member, struct frame *frame,
                      struct link *step, uint32_t index)
{
    if (member->kind == MEMBER_ENTRIES || member->kind == MEMBER_EACH ||
        member->kind == MEMBER_ENTRY)
        return;
    in_warn_twice(r, member->row ? member->row->plain_path : NULL, index);
    keep_unknown(r, frame, step, index);
}

void in_members(struct reading *r, const struct member *parent, struct frame *frame,
                const struct link *link, uint32_t index)
{
    uint64_t seen[TEMPLATE_MAX_MEMBERS / 64] = {0};
    uint16_t hint = 0;
    int32_t last = -1;
    bool in_order = true;
    for (uint32_t i = tree_node(r->tree, index)->first; i && r->status == COMITY_OK;
         i = tree_node(r->tree, i)->next) {
        const struct comity_node *node = tree_node(r->tree, i);
        const struct member *member = member_find(parent, node->name, node->name_len, &hint);
        struct link step = {.up = link, .name = node->name, .len = node->name_len};
        int32_t rank = member ? hint - 1 : INT32_MAX;
        bool has_order = !r->tree->is_normal || node->name[0] != '@';
        in_order = in_order && (rank >= last || !has_order);
        last = has_order ? rank : last;
        if (!member) {
            keep_unknown(r, frame, &step, i);
            continue;
        }
        seen[rank / 64] |= (uint64_t)1 << (rank % 64);
        if (r->tree->is_normal && node->reserved) {
            read_twin(r, member, frame, &step, i);
            continue;
        }
        if (member->row && member->row->overflow && !member->whole_of &&
            is_cut_of(r, member, index, i))
            continue;
        read_member(r, member, frame, &step, i);
    }
    if (!in_order)
        keep_order(r, frame->slots[0], link, index);
    keep_absent(r, parent, frame, link, seen);
}

/* --- documents --- */

static const struct kind_rule *find_kind(const struct reading *r, uint32_t index)
{
    for (size_t i = 0; i < r->t->kind_count; i++)
        if (condition_holds(&r->t->kinds[i].when, r->tree, index))
            return &r->t->kinds[i];
    return NULL;
}

uint32_t template_documents_node(const struct template *t, const struct tree *tree)
{
    uint32_t at = 1;
    for (const struct member *m = &t->root; m != t->documents;) {
        const struct member *next = NULL;
        for (uint16_t i = 0; i < m->count && !next; i++)
            if (m->members[i]->kind == MEMBER_OBJECT || m->members[i] == t->documents)
                next = m->members[i];
        if (!next)
            return 0;
        at = tree_find(tree, at, next->name, next->name_len, NULL);
        if (!at)
            return 0;
        m = next;
    }
    return tree_node(tree, at)->kind == COMITY_NODE_LIST ? at : 0;
}

/* What encloses the documents, kept once: on the first of them. */
static void read_stream(struct reading *r, struct frame *frame)
{
    struct frame stream = {.scope = &r->t->scope};
    stream.slots[0] = frame->slots[0];
    r->prefix = "stream:";
    in_keep(r, frame->slots[0], "", NULL, "true", 4, 0);
    in_members(r, &r->t->root, &stream, NULL, 1);
    r->prefix = "";
}

static bool has_kind(const void *user)
{
    return find_kind(user, 1) != NULL;
}

/* The node of the document behind `after`; 0: there is none, or *status says why. */
static uint32_t next_document(struct reading *r, uint32_t after, comity_status *status)
{
    const struct template *t = r->t;
    if (t->documents) {
        uint32_t list = template_documents_node(t, r->tree);
        return after  ? tree_node(r->tree, after)->next
               : list ? tree_node(r->tree, list)->first
                      : 0;
    }
    if (t->joined && !after)
        *status = joined_split(t, r->tree, r->findings, has_kind, r);
    if (*status != COMITY_OK || !r->tree->parts || after == joined_count(r->tree))
        return *status == COMITY_OK && !after ? 1 : 0;
    joined_show(r->tree, after);
    return 1;
}

comity_status template_read(const struct template *t, struct record *record,
                            struct findings *findings, uint32_t *after, uint16_t language,
                            bool trace_values)
{
    struct reading r = {.t = t,
                        .record = record,
                        .tree = record->tree,
                        .findings = findings,
                        .prefix = "",
                        .trace = trace_values};
    struct frame frame = {.scope = &t->scope};
    frame.slots[0] = record->root;
    r.root = &frame;
    bool first = *after == 0;
    comity_status status = COMITY_OK;
    uint32_t index = next_document(&r, *after, &status);
    if (!index)
        return status == COMITY_OK ? COMITY_END : status;
    *after = r.tree->parts ? *after + 1 : index;
    if (tree_node(r.tree, index)->kind != COMITY_NODE_GROUP) {
        tree_report(r.tree, findings, index, COMITY_ERROR, "model.type", NULL, NULL,
                    "the document is not a JSON object");
        return COMITY_E_INVALID;
    }
    const struct kind_rule *kind = find_kind(&r, index);
    if (!kind) {
        tree_report(r.tree, findings, index, COMITY_ERROR, "model.kind", "kind",
                    "comity formats shows how each format tells its kinds",
                    "the document does not show what kind of request it is");
        return COMITY_E_INVALID;
    }
    struct value *value =
        value_add_text(record, record->root, F_document_kind, kind->kind, kind->kind_len, 0);
    if (!value)
        return COMITY_E_NOMEM;
    value->flags |= VALUE_CONSTANT;
    record->root->node = index;
    for (size_t i = 0; i < t->scope.constant_count; i++)
        in_constant(&r, &frame, &t->scope.constants[i]);
    if (t->documents && first)
        read_stream(&r, &frame);
    if (t->form)
        in_form(&r, &frame, language);
    else
        in_members(&r, t->documents ? t->documents : &t->root, &frame, NULL, index);
    in_missing(&r);
    if (t->carries && r.status == COMITY_OK)
        r.status = carrier_take(record, findings, trace_values);
    return r.status;
}
