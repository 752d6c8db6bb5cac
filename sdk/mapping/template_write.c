/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the record to bytes, by a template: no output tree.  Marks every value that it takes,
 * so that the host knows what the format could not carry.  What was kept for this format goes
 * back to its place. */
#include "mapping/template.h"
#include "model/convention.h"
#include "syntax/json.h"

#include <stdio.h>

struct writing {
    const struct template *t;
    struct record *record;
    struct findings *findings;
    struct buffer *out;
    struct buffer path;     /* where we are below the group that keeps: "/a/b" */
    struct out_frame *root; /* groups of the document's scope */
    const char *prefix;     /* "" or "stream:" */
    size_t hole;            /* where documents go in what encloses them; 0 = not met */
    bool failed;
    comity_status status;
};

/* The groups of one scope, looked for when they are needed. */
struct out_frame {
    const struct scope *scope;
    struct value *slots[TEMPLATE_MAX_SLOTS];
    bool looked[TEMPLATE_MAX_SLOTS];
    struct kept *kept; /* first piece kept for this format in the group, or NULL */
    size_t base;       /* where this group's path begins in writing.path */
};

static void frame_init(struct writing *w, struct out_frame *frame, const struct scope *scope,
                       struct value *group)
{
    memset(frame, 0, sizeof *frame);
    frame->scope = scope;
    frame->slots[0] = group;
    frame->looked[0] = true;
    frame->base = w->path.size;
    for (frame->kept = group->kept; frame->kept; frame->kept = frame->kept->next)
        if (strcmp(frame->kept->format, w->t->id) == 0)
            break;
}

static struct value *frame_slot(struct out_frame *frame, uint16_t index)
{
    if (frame->looked[index])
        return frame->slots[index];
    frame->looked[index] = true;
    const struct slot *slot = &frame->scope->slots[index];
    struct value *parent = frame_slot(frame, slot->parent);
    struct value *group = parent ? value_child(parent, slot->field) : NULL;
    uint16_t position = slot->index;
    for (; group; group = value_next(group)) {
        struct value *key =
            slot->key != FIELD_NONE && group->form == VALUE_GROUP ? value_child(group, slot->key)
                                                                  : NULL;
        if (slot->key == FIELD_NONE ? position-- == 0
                                    : key && value_is(key, slot->wanted, slot->wanted_len)) {
            if (key)
                key->flags |= VALUE_ASKED;
            break;
        }
    }
    frame->slots[index] = group && group->form == VALUE_GROUP ? group : NULL;
    return frame->slots[index];
}

static struct value *find_target(struct writing *w, struct out_frame *frame,
                                 const struct target *target)
{
    struct value *group = frame_slot(target->from_root ? w->root : frame, target->slot);
    return group ? value_child(group, target->field) : NULL;
}

/* --- what was kept --- */

static void path_step(struct writing *w, const char *name, uint32_t len)
{
    buffer_char(&w->path, '/');
    for (uint32_t i = 0; i < len; i++) {
        if (name[i] == '~' || name[i] == '/')
            buffer_text(&w->path, name[i] == '~' ? "~0" : "~1");
        else
            buffer_char(&w->path, name[i]);
    }
}

/* The piece kept under `what` for the place where we are; NULL where there is none. */
static struct kept *kept_here(struct writing *w, const struct out_frame *frame, const char *what)
{
    size_t prefix = strlen(w->prefix), name = strlen(what), path = w->path.size - frame->base;
    for (struct kept *k = frame->kept; k; k = k->next) {
        if (k->key_len != prefix + name + path || memcmp(k->key, w->prefix, prefix) != 0 ||
            memcmp(k->key + prefix, what, name) != 0)
            continue;
        if (path && memcmp(k->key + prefix + name, w->path.bytes + frame->base, path) != 0)
            continue;
        if (strcmp(k->format, w->t->id) == 0)
            return k;
    }
    return NULL;
}

static void put_kept(struct writing *w, struct kept *kept)
{
    kept->flags |= VALUE_ASKED;
    buffer_add(w->out, kept->json, kept->json_len);
}

struct scalar {
    const char *text;
    size_t len;
    uint8_t kind;
};

/* The scalar that a kept piece holds; false where it holds none (null, a list, an object). */
static bool kept_scalar(struct writing *w, const struct kept *kept, struct scalar *out)
{
    struct tree tree;
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used;
    tree_init(&tree, w->record->arena);
    bool good = json_read(&tree, kept->json, kept->json_len, true, &limits, &used, &error) ==
                COMITY_OK;
    if (good) {
        const struct comity_node *node = tree_node(&tree, 1);
        out->kind = node->kind;
        out->text = node->kind == COMITY_NODE_TRUE    ? "true"
                    : node->kind == COMITY_NODE_FALSE ? "false"
                                                      : node->text;
        out->len = node->kind == COMITY_NODE_TRUE    ? 4
                   : node->kind == COMITY_NODE_FALSE ? 5
                                                     : node->text_len;
        good = node->kind >= COMITY_NODE_FALSE && node->kind <= COMITY_NODE_STRING;
    }
    tree_free(&tree);
    return good;
}

/* True if the kept piece is the source's own spelling of the value. */
static bool kept_is_value(struct writing *w, const struct row *row, const struct kept *kept,
                          const struct value *value)
{
    struct scalar scalar;
    struct decoded decoded;
    if (!kept_scalar(w, kept, &scalar) ||
        codec_is_unknown(row, scalar.text, scalar.len, scalar.kind))
        return false;
    if (!codec_decode(row, w->record->arena, scalar.text, scalar.len, scalar.kind, &decoded)) {
        w->status = COMITY_E_NOMEM;
        return false;
    }
    return value_is(value, decoded.text, decoded.len);
}

/* --- values --- */

static void take(struct writing *w, const struct row *row, struct out_frame *frame,
                 struct value *value)
{
    value->flags |= VALUE_ASKED;
    for (size_t i = 0; i < row->with_count; i++) {
        struct value *beside = find_target(w, frame, &row->with[i].target);
        if (beside)
            beside->flags |= VALUE_ASKED;
    }
    for (size_t i = 0; i < row->also_count; i++) {
        struct value *other = find_target(w, frame, &row->also[i]);
        if (other && other->form == VALUE_TEXT && value_is(other, value->text, value->len))
            other->flags |= VALUE_ASKED;
    }
}

/* True if what must stand beside a value does: a height in metres, not in inches. */
static bool fits_with(struct writing *w, const struct row *row, struct out_frame *frame)
{
    for (size_t i = 0; i < row->with_count; i++) {
        const struct value *beside = find_target(w, frame, &row->with[i].target);
        if (!beside || !value_is(beside, row->with[i].text, row->with[i].len))
            return false;
    }
    return true;
}

static void require(struct writing *w, const struct member *member)
{
    char message[300];
    snprintf(message, sizeof message, "%s requires %s (%s), which the document does not state",
             w->t->id, member->name, member->row ? member->row->field_path : "an object");
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "model.required",
                                     .message = message,
                                     .field = member->row ? member->row->field_path : NULL,
                                     .format = w->t->id,
                                     .hint = "supply it with --set FIELD=VALUE or --overlay FILE"};
    findings_add(w->findings, &finding);
    w->failed = true;
}

/* What stands for a member without value; false where nothing does. */
static bool put_absent(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct kept *absent = kept_here(w, frame, "absent:");
    if (absent) {
        absent->flags |= VALUE_ASKED;
        return false;
    }
    if (member->required) {
        require(w, member);
        return false;
    }
    if (member->absent == ABSENT_NULL)
        buffer_text(w->out, "null");
    else if (member->absent == ABSENT_EMPTY)
        buffer_text(w->out, "[]");
    return member->absent != ABSENT_OMIT;
}

static bool write_value(struct writing *w, const struct member *member, struct out_frame *frame)
{
    const struct row *row = member->row;
    struct value *value = find_target(w, frame, &row->target);
    if (!value && row->has_fallback)
        value = find_target(w, frame, &row->also[0]);
    struct kept *kept = kept_here(w, frame, "");
    size_t before = w->out->size;
    if (value && value->form == VALUE_TEXT && fits_with(w, row, frame)) {
        bool original = kept && kept_is_value(w, row, kept, value);
        if (kept)
            kept->flags |= VALUE_ASKED; /* or overtaken by a value that was changed since */
        if (original)
            buffer_add(w->out, kept->json, kept->json_len);
        if (original || codec_encode(row, value->text, value->len, w->out)) {
            take(w, row, frame, value);
            return true;
        }
        w->out->size = before;
    } else if (kept && !value) {
        put_kept(w, kept);
        return true;
    }
    return put_absent(w, member, frame);
}

static struct kept *kept_entry(struct writing *w, struct out_frame *frame, uint32_t index)
{
    if (!frame->kept)
        return NULL;
    size_t size = w->path.size;
    buffer_format(&w->path, "/%u", index);
    struct kept *kept = kept_here(w, frame, "");
    w->path.size = size;
    return kept;
}

static void comma(struct writing *w, size_t start)
{
    if (w->out->size != start)
        buffer_char(w->out, ',');
}

/* One entry of a list of values: the kept one, the canonical one, or the kept spelling of it.
 * Returns the canonical value to go on with. */
static struct value *write_entry(struct writing *w, const struct row *row,
                                 struct out_frame *frame, struct value *value, struct kept *kept,
                                 size_t start)
{
    struct scalar scalar;
    bool has_scalar = kept && kept_scalar(w, kept, &scalar) &&
                      !codec_is_unknown(row, scalar.text, scalar.len, scalar.kind);
    if (kept && !has_scalar) { /* null and the like: it has no canonical value */
        comma(w, start);
        put_kept(w, kept);
        return value;
    }
    if (kept)
        kept->flags |= VALUE_ASKED;
    if (!value) /* the canonical value was taken out since */
        return NULL;
    size_t before = w->out->size;
    comma(w, start);
    bool original = kept && kept_is_value(w, row, kept, value);
    if (original)
        buffer_add(w->out, kept->json, kept->json_len);
    if (original || codec_encode(row, value->text, value->len, w->out))
        take(w, row, frame, value);
    else
        w->out->size = before;
    return value_next(value);
}

/* True where the list is said by something else than its entries. */
static bool write_whole_list(struct writing *w, struct out_frame *frame, struct value *value)
{
    struct kept *kept = kept_here(w, frame, "");
    if (kept && !value) {
        put_kept(w, kept);
        return true;
    }
    if (kept)
        kept->flags |= VALUE_ASKED;
    if (!value || value->form != VALUE_EMPTY_LIST)
        return false;
    value->flags |= VALUE_ASKED;
    buffer_text(w->out, "[]");
    return true;
}

static bool write_entries(struct writing *w, const struct member *member,
                          struct out_frame *frame)
{
    struct value *value = find_target(w, frame, &member->row->target);
    if (write_whole_list(w, frame, value))
        return true;
    struct kept *kept = kept_entry(w, frame, 0);
    if (!value && !kept)
        return put_absent(w, member, frame);
    buffer_char(w->out, '[');
    size_t start = w->out->size;
    for (uint32_t i = 0; value || kept;) {
        value = write_entry(w, member->row, frame, value, kept, start);
        kept = kept_entry(w, frame, ++i);
    }
    buffer_char(w->out, ']');
    return true;
}

static void write_object(struct writing *w, const struct member *parent,
                         struct out_frame *frame);

static void take_constants(struct writing *w, struct out_frame *frame)
{
    for (size_t i = 0; i < frame->scope->constant_count; i++) {
        const struct constant *constant = &frame->scope->constants[i];
        struct value *value = find_target(w, frame, &constant->target);
        if (value && value->form == VALUE_TEXT && value_is(value, constant->text, constant->len))
            value->flags |= VALUE_ASKED;
    }
}

/* The next group of the list that the member speaks of. */
static struct value *matching(const struct member *member, struct value *group)
{
    for (; group; group = value_next(group)) {
        if (member->key == FIELD_NONE)
            return group;
        struct value *key = group->form == VALUE_GROUP ? value_child(group, member->key) : NULL;
        if (key && value_is(key, member->wanted, member->wanted_len)) {
            key->flags |= VALUE_ASKED;
            return group;
        }
    }
    return NULL;
}

static bool write_each(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct value *all = find_target(w, frame, &member->row->target);
    struct value *group = all && all->form == VALUE_EMPTY_LIST ? NULL : matching(member, all);
    if (write_whole_list(w, frame, group ? group : member->key == FIELD_NONE ? all : NULL))
        return true;
    struct kept *kept = kept_entry(w, frame, 0);
    if (!group && !kept)
        return put_absent(w, member, frame);
    buffer_char(w->out, '[');
    size_t start = w->out->size;
    for (uint32_t i = 0; group || kept;) {
        comma(w, start);
        if (kept) {
            put_kept(w, kept);
        } else {
            struct out_frame inner;
            frame_init(w, &inner, member->scope, group);
            take_constants(w, &inner);
            group->flags |= VALUE_ASKED;
            write_object(w, member, &inner);
            w->path.size = inner.base;
            group = matching(member, value_next(group));
        }
        kept = kept_entry(w, frame, ++i);
    }
    buffer_char(w->out, ']');
    return true;
}

/* An object of the format's own; it is left out where nothing is in it. */
static bool write_inner(struct writing *w, const struct member *member, struct out_frame *frame)
{
    size_t before = w->out->size;
    write_object(w, member, frame);
    if (w->out->size > before + 2)
        return true;
    w->out->size = before;
    struct kept *kept = kept_here(w, frame, "");
    if (!kept)
        return false;
    put_kept(w, kept);
    return true;
}

static bool write_documents(struct writing *w)
{
    buffer_char(w->out, '[');
    w->hole = w->out->size;
    buffer_char(w->out, ']');
    return true;
}

static void write_member(struct writing *w, const struct member *member,
                         struct out_frame *frame, size_t start)
{
    size_t before = w->out->size, path = w->path.size;
    comma(w, start);
    buffer_add(w->out, member->literal, member->literal_len);
    if (frame->kept)
        path_step(w, member->name, member->name_len);
    bool wrote = false;
    switch (member->kind) {
    case MEMBER_OBJECT:
        wrote = write_inner(w, member, frame);
        break;
    case MEMBER_VALUE:
        wrote = write_value(w, member, frame);
        break;
    case MEMBER_ENTRIES:
        wrote = write_entries(w, member, frame);
        break;
    case MEMBER_EACH:
        wrote = write_each(w, member, frame);
        break;
    case MEMBER_DOCUMENTS:
        wrote = write_documents(w);
        break;
    }
    w->path.size = path;
    if (!wrote)
        w->out->size = before;
}

/* A kept member that the template does not know: the rest of its key is one step. */
static bool is_unknown_member(struct writing *w, const struct member *parent,
                              const struct out_frame *frame, const struct kept *kept,
                              struct buffer *name)
{
    size_t prefix = strlen(w->prefix), path = w->path.size - frame->base;
    if (strcmp(kept->format, w->t->id) != 0 || kept->key_len < prefix + path + 1 ||
        memcmp(kept->key, w->prefix, prefix) != 0 ||
        (path && memcmp(kept->key + prefix, w->path.bytes + frame->base, path) != 0) ||
        kept->key[prefix + path] != '/')
        return false;
    const char *step = kept->key + prefix + path + 1, *end = kept->key + kept->key_len;
    buffer_clear(name);
    for (; step < end; step++) {
        if (*step == '/')
            return false;
        bool escaped = *step == '~' && step + 1 < end;
        buffer_char(name, !escaped ? *step : step[1] == '1' ? '/' : '~');
        step += escaped;
    }
    uint16_t hint = 0;
    return !member_find(parent, name->bytes ? name->bytes : "", name->size, &hint);
}

static void write_unknown(struct writing *w, const struct member *parent,
                          struct out_frame *frame, size_t start, const char *only, size_t len)
{
    struct buffer name;
    buffer_init(&name, 0);
    for (struct kept *k = frame->kept; k; k = k->next) {
        if ((k->flags & VALUE_ASKED) || !is_unknown_member(w, parent, frame, k, &name))
            continue;
        if (only && (name.size != len || memcmp(name.bytes ? name.bytes : "", only, len) != 0))
            continue;
        comma(w, start);
        json_put_string(w->out, name.bytes ? name.bytes : "", name.size);
        buffer_char(w->out, ':');
        put_kept(w, k);
    }
    buffer_free(&name);
}

/* Members in the order of the source; `written` tells which of the template's they were. */
static void write_ordered(struct writing *w, const struct member *parent,
                          struct out_frame *frame, size_t start, struct kept *order,
                          uint64_t *written)
{
    struct tree tree;
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used;
    order->flags |= VALUE_ASKED;
    tree_init(&tree, w->record->arena);
    comity_status status =
        json_read(&tree, order->json, order->json_len, true, &limits, &used, &error);
    uint16_t hint = 0;
    for (uint32_t i = status == COMITY_OK ? tree_node(&tree, 1)->first : 0; i;
         i = tree_node(&tree, i)->next) {
        const struct comity_node *node = tree_node(&tree, i);
        if (node->kind != COMITY_NODE_STRING)
            continue;
        const struct member *member = member_find(parent, node->text, node->text_len, &hint);
        if (!member) {
            write_unknown(w, parent, frame, start, node->text, node->text_len);
            continue;
        }
        size_t rank = (size_t)(member - parent->members);
        if (written[rank / 64] >> (rank % 64) & 1u)
            continue;
        written[rank / 64] |= (uint64_t)1 << (rank % 64);
        write_member(w, member, frame, start);
    }
    tree_free(&tree);
}

static void write_object(struct writing *w, const struct member *parent,
                         struct out_frame *frame)
{
    uint64_t written[TEMPLATE_MAX_MEMBERS / 64] = {0};
    buffer_char(w->out, '{');
    size_t start = w->out->size;
    struct kept *order = frame->kept ? kept_here(w, frame, "order:") : NULL;
    if (order)
        write_ordered(w, parent, frame, start, order, written);
    for (uint16_t i = 0; i < parent->count; i++)
        if (!(written[i / 64] >> (i % 64) & 1u))
            write_member(w, &parent->members[i], frame, start);
    if (frame->kept)
        write_unknown(w, parent, frame, start, NULL, 0);
    buffer_char(w->out, '}');
}

/* --- documents --- */

static bool condition_written(struct writing *w, const struct kind_rule *rule)
{
    if (rule->when.kind == WHEN_ALWAYS)
        return true;
    const struct value *value = find_target(w, w->root, &rule->when.row->target);
    if (!value || value->form != VALUE_TEXT)
        return false;
    if (rule->when.kind == WHEN_EQUALS)
        return value_is(value, rule->when.text, rule->when.text_len);
    return rule->when.kind == WHEN_HAS ||
           memmem(value->text, value->len, rule->when.text, rule->when.text_len) != NULL;
}

static void refuse_kind(struct writing *w, const struct value *kind)
{
    char message[400];
    size_t size = (size_t)snprintf(message, sizeof message,
                                   "the document is of kind '%.*s'; %s carries",
                                   clip(kind ? kind->text : "", kind ? kind->len : 0, 60),
                                   kind ? kind->text : "", w->t->id);
    for (size_t i = 0; i < w->t->kind_count && size < sizeof message; i++)
        size += (size_t)snprintf(message + size, sizeof message - size, "%s %s", i ? "," : "",
                                 w->t->kinds[i].kind);
    struct value at = {.parent = w->record->root, .field = F_document_kind};
    at.node = kind && kind->node ? kind->node : w->record->root->node;
    record_report(w->record, w->findings, &at, COMITY_ERROR, "model.kind",
                  "a kind is refused, not bent: choose a format that carries it", message);
    w->failed = true;
}

/* True if the document's kind can be said, and will be told again by who reads the output. */
static bool check_kind(struct writing *w)
{
    struct value *kind = value_child(w->record->root, F_document_kind);
    const struct kind_rule *unsaid = NULL;
    for (size_t i = 0; kind && i < w->t->kind_count; i++) {
        const struct kind_rule *rule = &w->t->kinds[i];
        if (!value_is(kind, rule->kind, rule->kind_len))
            continue;
        kind->flags |= VALUE_ASKED;
        if (condition_written(w, rule))
            return true;
        unsaid = rule;
    }
    if (!unsaid) {
        refuse_kind(w, kind);
        return false;
    }
    char message[300];
    snprintf(message, sizeof message, "%s tells the kind %s by %s, which the document does not state",
             w->t->id, unsaid->kind, unsaid->when.at);
    struct comity_finding finding = {.struct_size = sizeof finding,
                                     .severity = COMITY_ERROR,
                                     .code = "model.required",
                                     .message = message,
                                     .field = unsaid->when.row->field_path,
                                     .format = w->t->id,
                                     .hint = "supply it with --set FIELD=VALUE or --overlay FILE"};
    findings_add(w->findings, &finding);
    w->failed = true;
    return false;
}

void template_writer_init(struct template_writer *writer, const struct template *t)
{
    memset(writer, 0, sizeof *writer);
    writer->t = t;
    buffer_init(&writer->tail, 0);
}

void template_writer_free(struct template_writer *writer)
{
    buffer_free(&writer->tail);
}

void template_finish(struct template_writer *writer, struct buffer *out)
{
    if (writer->open) {
        buffer_add(out, writer->tail.bytes, writer->tail.size);
        buffer_char(out, '\n');
    }
    buffer_clear(&writer->tail);
    writer->open = false;
}

/* Opens what encloses the documents and puts the rest of it aside. */
static void open_stream(struct writing *w, struct template_writer *writer)
{
    struct out_frame frame;
    struct kept *marker = value_kept(w->record->root, w->t->id, "stream:", 7);
    if (marker)
        marker->flags |= VALUE_ASKED;
    template_finish(writer, w->out);
    frame_init(w, &frame, &w->t->scope, w->record->root);
    w->prefix = "stream:";
    size_t start = w->out->size;
    write_object(w, &w->t->root, &frame);
    w->prefix = "";
    if (buffer_status(w->out) != COMITY_OK || w->hole <= start)
        return;
    buffer_add(&writer->tail, w->out->bytes + w->hole, w->out->size - w->hole);
    w->out->size = w->hole;
    writer->open = writer->first = true;
}

comity_status template_write(struct template_writer *writer, struct record *record,
                             struct findings *findings, struct buffer *out)
{
    struct writing w = {
        .t = writer->t, .record = record, .findings = findings, .out = out, .prefix = ""};
    struct out_frame frame;
    buffer_init(&w.path, 1u << 16);
    frame_init(&w, &frame, &w.t->scope, record->root);
    w.root = &frame;
    if (check_kind(&w)) {
        take_constants(&w, &frame);
        const struct member *document = w.t->documents ? w.t->documents : &w.t->root;
        if (w.t->documents &&
            (!writer->open || value_kept(record->root, w.t->id, "stream:", 7)))
            open_stream(&w, writer);
        if (w.t->documents && !writer->first)
            buffer_char(out, ',');
        write_object(&w, document, &frame);
        writer->first = writer->first && w.failed;
        if (!w.t->documents)
            buffer_char(out, '\n');
    }
    comity_status path_status = buffer_status(&w.path);
    buffer_free(&w.path);
    if (w.status != COMITY_OK)
        return w.status;
    if (path_status != COMITY_OK)
        return path_status;
    if (w.failed)
        return COMITY_E_INVALID;
    return buffer_status(out);
}
