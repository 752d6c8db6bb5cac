/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The template writer's values: what a row says, what was kept of it, and what stands for
 * nothing.  Marks every value that it takes. */
#include "mapping/writer.h"
#include "syntax/json.h"

#include <stdio.h>

#define FEW_KEPT 16u /* are looked through one by one */

static void index_kept(struct writing *w, struct out_frame *frame)
{
    const struct kept *last = frame->kept ? frame->kept->last : NULL;
    size_t count = 0;
    for (struct kept *k = frame->kept; k && count <= FEW_KEPT; k = k == last ? NULL : k->next)
        count++;
    if (count <= FEW_KEPT)
        return;
    frame->by_key.arena = w->record->arena;
    for (struct kept *k = frame->kept; k; k = k == last ? NULL : k->next) {
        void **slot = map_add(&frame->by_key, k->key, k->key_len);
        if (!slot)
            w->status = COMITY_E_NOMEM;
        else if (!*slot)
            *slot = k;
    }
}

/* The piece with this key, where there are many. */
static struct kept *indexed_kept(struct writing *w, const struct out_frame *frame,
                                 const char *what)
{
    struct buffer key;
    buffer_init(&key, 0);
    buffer_text(&key, w->prefix);
    buffer_text(&key, what);
    buffer_add(&key, w->path.bytes + frame->base, w->path.size - frame->base);
    struct kept *kept = map_find(&frame->by_key, key.bytes, key.size);
    if (buffer_status(&key) != COMITY_OK)
        w->status = buffer_status(&key);
    buffer_free(&key);
    return kept;
}

void out_frame_init(struct writing *w, struct out_frame *frame, const struct scope *scope,
                    struct value *group)
{
    memset(frame, 0, sizeof *frame);
    frame->scope = scope;
    frame->slots[0] = group;
    frame->looked[0] = true;
    frame->base = w->path.size;
    for (frame->kept = group->kept; frame->kept; frame->kept = frame->kept->last->next)
        if (strcmp(frame->kept->format, w->t->id) == 0)
            break;
    index_kept(w, frame);
}

struct value *out_slot(struct out_frame *frame, uint16_t index)
{
    if (frame->looked[index])
        return frame->slots[index];
    frame->looked[index] = true;
    const struct slot *slot = &frame->scope->slots[index];
    struct value *parent = out_slot(frame, slot->parent);
    struct value *group = parent ? value_child(parent, slot->field) : NULL;
    uint16_t position = slot->index;
    for (; group; group = value_next(group)) {
        struct value *key = slot->key != FIELD_NONE && group->form == VALUE_GROUP
                                ? value_child(group, slot->key)
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

struct value *out_target(struct writing *w, struct out_frame *frame,
                         const struct target *target)
{
    struct value *group = out_slot(target->from_root ? w->root : frame, target->slot);
    return group ? value_child(group, target->field) : NULL;
}

void out_step(struct writing *w, const char *name, uint32_t len)
{
    buffer_char(&w->path, '/');
    for (uint32_t i = 0; i < len; i++) {
        if (name[i] == '~' || name[i] == '/')
            buffer_text(&w->path, name[i] == '~' ? "~0" : "~1");
        else
            buffer_char(&w->path, name[i]);
    }
}

struct kept *out_kept(struct writing *w, const struct out_frame *frame, const char *what)
{
    if (frame->by_key.count)
        return indexed_kept(w, frame, what);
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

void out_put_kept(struct writing *w, struct kept *kept)
{
    kept->flags |= VALUE_ASKED;
    buffer_add(w->out, kept->json, kept->json_len);
}

bool out_read_kept(struct writing *w, const struct kept *kept, struct tree *tree)
{
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used;
    comity_status status =
        json_read(tree, kept->json, kept->json_len, true, &limits, &used, &error);
    if (status == COMITY_E_NOMEM)
        w->status = status;
    return status == COMITY_OK;
}

bool out_kept_scalar(struct writing *w, const struct kept *kept, struct scalar *out)
{
    struct tree tree;
    tree_init(&tree, w->record->arena);
    bool good = out_read_kept(w, kept, &tree);
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
bool out_kept_is_value(struct writing *w, const struct row *row, const struct kept *kept,
                       const struct value *value)
{
    struct scalar said;
    struct decoded decoded;
    if (!out_kept_scalar(w, kept, &said) ||
        codec_is_unknown(row, said.text, said.len, said.kind))
        return false;
    bool is_decoded = codec_decode(row, w->record->arena, w->language, said.text, said.len,
                                   said.kind, &decoded);
    w->status = is_decoded ? w->status : COMITY_E_NOMEM;
    return is_decoded && value_is(value, decoded.text, decoded.len);
}

void out_take(struct writing *w, const struct row *row, struct out_frame *frame,
              struct value *value)
{
    value->flags |= VALUE_ASKED;
    for (size_t i = 0; i < row->with_count; i++) {
        struct value *beside = out_target(w, frame, &row->with[i].target);
        if (beside)
            beside->flags |= VALUE_ASKED;
    }
    if (row->has_fallback && !row->is_instead && !out_target(w, frame, &row->target))
        out_imply(w, frame, &row->target, value->text, value->len, COMITY_NOTE);
    for (size_t i = row->is_instead; i < row->also_count; i++) {
        struct value *other = out_target(w, frame, &row->also[i]);
        if (!other)
            out_imply(w, frame, &row->also[i], value->text, value->len, COMITY_NOTE);
        else if (other->form == VALUE_TEXT && value_is(other, value->text, value->len))
            other->flags |= VALUE_ASKED;
    }
}

/* True if what must stand beside a value does: a height in metres, not in inches. */
bool out_fits(struct writing *w, const struct row *row, struct out_frame *frame)
{
    for (size_t i = 0; i < row->with_count; i++) {
        const struct value *beside = out_target(w, frame, &row->with[i].target);
        if (!beside || !value_is(beside, row->with[i].text, row->with[i].len))
            return false;
    }
    return true;
}

bool out_absent(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct kept *absent = out_kept(w, frame, "absent:");
    if (absent)
        absent->flags |= VALUE_ASKED;
    if (member->required)
        out_require(w, member); /* also where the source itself lacked it */
    if (absent || member->required)
        return false;
    w->stated += member->absent != ABSENT_OMIT;
    if (member->absent == ABSENT_NULL)
        buffer_text(w->out, "null");
    else if (member->absent == ABSENT_EMPTY)
        buffer_text(w->out, "[]");
    return member->absent != ABSENT_OMIT;
}

/* Text of the format's own, or put together from parts. */
static bool put_text(struct writing *w, const struct buffer *text)
{
    if (buffer_status(text) == COMITY_OK)
        json_put_string(w->out, text->bytes ? text->bytes : "", text->size);
    else
        w->status = buffer_status(text);
    return buffer_status(text) == COMITY_OK;
}

static bool write_made(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct buffer text;
    struct kept *absent = out_kept(w, frame, "absent:");
    if (absent || (!member->row->made && !member->row->fallback))
        return out_absent(w, member, frame);
    buffer_init(&text, 0);
    bool is_number = member->row->json_kind == COMITY_NODE_NUMBER;
    bool wrote = out_made(w, member->row, frame, &text);
    if (wrote && member->row->made && !member->row->is_kept)
        out_note(w, KEPT_MADE, member->row->field_path, frame, 0, text.bytes, text.size);
    if (wrote && member->is_listed)
        buffer_char(w->out, '[');
    if (wrote && is_number)
        buffer_add(w->out, text.bytes, text.size);
    else
        wrote = wrote && put_text(w, &text);
    if (wrote && member->is_listed)
        buffer_char(w->out, ']');
    buffer_free(&text);
    w->stated += wrote;
    return wrote || out_absent(w, member, frame);
}

/* Numbers that are made go on behind those of the source. */
static void pass_number(struct writing *w, const struct kept *kept)
{
    struct scalar scalar;
    unsigned number = 0;
    if (!out_kept_scalar(w, kept, &scalar) || scalar.len > 8)
        return;
    for (size_t i = 0; i < scalar.len && scalar.text[i] >= '0' && scalar.text[i] <= '9'; i++)
        number = number * 10 + (unsigned)(scalar.text[i] - '0');
    if (number >= w->numbers)
        w->numbers = number + 1;
}

static bool write_technical(struct writing *w, const struct member *member,
                            struct out_frame *frame)
{
    struct kept *kept = out_kept(w, frame, "");
    if (!kept)
        return write_made(w, member, frame);
    if (member->row->made == MADE_NUMBER)
        pass_number(w, kept);
    out_put_kept(w, kept);
    w->said++;
    return true;
}

static bool write_parts(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct buffer text;
    uint32_t node = 0;
    struct kept *kept = out_kept(w, frame, "");
    buffer_init(&text, 0);
    bool has = out_parts(w, member->row, frame, &text, &node);
    bool wrote = has && put_text(w, &text);
    buffer_free(&text);
    if (kept && wrote)
        kept->flags |= VALUE_ASKED;
    else if (kept)
        out_put_kept(w, kept);
    if (!kept && !wrote)
        return out_absent(w, member, frame);
    w->said++;
    return true;
}

/* A text that is too long for the format is cut; the whole stands beside it, or is lost. */
static bool write_cut(struct writing *w, const struct row *row, const struct value *value)
{
    struct buffer cut;
    char message[200];
    buffer_init(&cut, 0);
    bool is_cut = codec_cut(row, value->text, value->len, &cut) && put_text(w, &cut);
    buffer_free(&cut);
    if (!is_cut || row->overflow)
        return is_cut;
    snprintf(message, sizeof message, "%s takes %u characters of this text; the rest is lost",
             w->t->id, (unsigned)row->most);
    out_report_value(w, value, COMITY_LOSS, "loss.cut",
                     "shorten it, or choose a format that takes it", message);
    return true;
}

/* What a second place said otherwise than the first stands again, unless the value is another
 * by now. */
static bool write_other(struct writing *w, struct kept *kept, const struct value *value)
{
    struct tree tree;
    bool wrote = false;
    kept->flags |= VALUE_ASKED;
    tree_init(&tree, w->record->arena);
    if (out_read_kept(w, kept, &tree)) {
        const struct comity_node *first = tree_node(&tree, tree_node(&tree, 1)->first),
                                 *second = tree_node(&tree, first->next);
        wrote = first->kind == COMITY_NODE_STRING && first->next &&
                value_is(value, first->text, first->text_len);
        if (wrote)
            buffer_add(w->out, kept->json + second->offset, second->end - second->offset);
    }
    tree_free(&tree);
    w->said += wrote;
    return wrote;
}

/* The whole of a value that its own member cuts. */
static bool write_whole(struct writing *w, const struct member *member, struct out_frame *frame)
{
    const struct row *row = member->row;
    const struct value *value = out_target(w, frame, &row->target);
    struct kept *kept = out_kept(w, frame, ""), *other = out_kept(w, frame, "other:");
    struct buffer cut;
    if (other && value && write_other(w, other, value))
        return true;
    buffer_init(&cut, 0);
    bool is_cut =
        value && value->form == VALUE_TEXT && codec_cut(row, value->text, value->len, &cut);
    buffer_free(&cut);
    if (kept && !is_cut)
        out_put_kept(w, kept);
    else if (is_cut)
        json_put_string(w->out, value->text, value->len);
    if (kept)
        kept->flags |= VALUE_ASKED;
    w->said += kept || is_cut;
    return kept || is_cut;
}

static bool write_scalar(struct writing *w, const struct member *member,
                         struct out_frame *frame)
{
    const struct row *row = member->row;
    struct value *value = out_target(w, frame, &row->target);
    struct kept *kept = out_kept(w, frame, ""), *other = out_kept(w, frame, "other:");
    if (other && value && write_other(w, other, value))
        return true;

    if (value && row->target.from_root && !kept && out_kept(w, frame, "absent:"))
        return out_absent(w, member, frame); /* it is said elsewhere, and was not here */
    /* What stands in is for documents of other formats: ours said that there is none. */
    if (!value && !kept && row->has_fallback && !out_kept(w, frame, "absent:"))
        value = out_target(w, frame, &row->also[0]);
    size_t before = w->out->size;
    if (value && value->form == VALUE_TEXT && out_fits(w, row, frame)) {
        bool original = kept && out_kept_is_value(w, row, kept, value);
        if (kept)
            kept->flags |= VALUE_ASKED; /* or overtaken by a value that was changed since */
        if (original)
            buffer_add(w->out, kept->json, kept->json_len);
        if (original || (row->most && write_cut(w, row, value)) ||
            out_encode(w, row, frame, value)) {
            out_take(w, row, frame, value);
            w->said++;
            return true;
        }
        w->out->size = before;
    } else if (kept && !value) {
        out_put_kept(w, kept);
        w->said++;
        return true;
    }
    return value && !row->fallback ? out_absent(w, member, frame)
                                   : write_made(w, member, frame);
}

/* Notes the label that was written, as it stands there. */
static void note_file(struct writing *w, const struct out_frame *frame, size_t begin)
{
    struct kept said = {.json = w->out->bytes + begin,
                        .json_len = (uint32_t)(w->out->size - begin)};
    struct scalar label;
    if (!out_kept_scalar(w, &said, &label))
        return;
    const char *copy = arena_copy(w->record->arena, label.text, label.len);
    if (!copy || !record_add_file(w->record, frame->slots[0], copy, label.len))
        w->status = COMITY_E_NOMEM;
}

static bool write_value(struct writing *w, const struct member *member, struct out_frame *frame)
{
    if (member->whole_of)
        return write_whole(w, member, frame);
    if (member->row->is_kept)
        return write_technical(w, member, frame);
    if (member->row->parts)
        return write_parts(w, member, frame);
    return write_scalar(w, member, frame);
}

bool out_value(struct writing *w, const struct member *member, struct out_frame *frame)
{
    size_t begin = w->out->size;
    bool wrote = write_value(w, member, frame);
    if (wrote && member->row->is_file && !w->is_trial && buffer_status(w->out) == COMITY_OK)
        note_file(w, frame, begin);
    return wrote;
}

struct kept *out_kept_entry(struct writing *w, struct out_frame *frame, uint32_t index)
{
    if (!frame->kept)
        return NULL;
    size_t size = w->path.size;
    buffer_format(&w->path, "/%u", index);
    struct kept *kept = out_kept(w, frame, "");
    w->path.size = size;
    return kept;
}

void out_comma(struct writing *w, size_t start)
{
    if (w->out->size != start)
        buffer_char(w->out, ',');
}

/* One entry of a list of values: the kept one, the canonical one, or the kept spelling of it.
 * Returns the canonical value to go on with. */
static struct value *write_entry(struct writing *w, const struct row *row,
                                 struct out_frame *frame, struct value *value,
                                 struct kept *kept, size_t start)
{
    struct scalar scalar;
    bool has_scalar = kept && out_kept_scalar(w, kept, &scalar) &&
                      !codec_is_unknown(row, scalar.text, scalar.len, scalar.kind);
    if (kept && !has_scalar) { /* null and the like: it has no canonical value */
        out_comma(w, start);
        out_put_kept(w, kept);
        return value;
    }
    if (kept)
        kept->flags |= VALUE_ASKED;
    if (!value || value->form != VALUE_TEXT) /* it was taken out since, or is an empty list */
        return NULL;
    size_t before = w->out->size;
    out_comma(w, start);
    bool original = kept && out_kept_is_value(w, row, kept, value);
    if (original)
        buffer_add(w->out, kept->json, kept->json_len);
    if (original || out_encode(w, row, frame, value))
        out_take(w, row, frame, value);
    else
        w->out->size = before;
    return value_next(value);
}

/* True where the list is said by something else than its entries. */
bool out_whole_list(struct writing *w, struct out_frame *frame, struct value *value)
{
    struct kept *kept = out_kept(w, frame, "");
    if (kept && !value) {
        out_put_kept(w, kept);
        w->said++;
        return true;
    }
    if (kept)
        kept->flags |= VALUE_ASKED;
    if (!value || value->form != VALUE_EMPTY_LIST)
        return false;
    if (w->t->syntax == SYNTAX_XML || w->t->syntax == SYNTAX_CSV)
        return false; /* which have no way to say it: no element, no row */
    value->flags |= VALUE_ASKED;
    buffer_text(w->out, "[]");
    w->said++;
    return true;
}

/* What a kept entry is: no object with a value, or one with the canonical value, or another. */
enum kept_entry { ENTRY_WITHOUT, ENTRY_SAME, ENTRY_OTHER };

static enum kept_entry kept_inside(struct writing *w, const struct member *member,
                                   const struct kept *kept, const struct value *value)
{
    struct tree tree;
    struct decoded decoded;
    enum kept_entry found = ENTRY_WITHOUT;
    tree_init(&tree, w->record->arena);
    if (out_read_kept(w, kept, &tree) && tree_node(&tree, 1)->kind == COMITY_NODE_GROUP) {
        const struct comity_node *node =
            tree_node(&tree, tree_find(&tree, 1, member->inside, member->inside_len, NULL));
        if (node->text && !codec_decode(member->row, w->record->arena, w->language, node->text,
                                        node->text_len, node->kind, &decoded))
            w->status = COMITY_E_NOMEM;
        else if (node->text)
            found =
                value && value_is(value, decoded.text, decoded.len) ? ENTRY_SAME : ENTRY_OTHER;
    }
    tree_free(&tree);
    return found;
}

/* An entry that is an object: the kept one while its value stands, or constants and value. */
static struct value *write_inside(struct writing *w, const struct member *member,
                                  struct out_frame *frame, struct value *value,
                                  struct kept *kept, size_t start)
{
    size_t before = w->out->size, path = w->path.size;
    enum kept_entry entry = kept ? kept_inside(w, member, kept, value) : ENTRY_OTHER;
    if (kept)
        kept->flags |= VALUE_ASKED;
    if (entry != ENTRY_OTHER) {
        out_comma(w, start);
        out_put_kept(w, kept);
        if (entry == ENTRY_WITHOUT)
            return value;
        out_step(w, member->inside, member->inside_len);
        kept = out_kept(w, frame, "");
        w->path.size = path;
        if (kept)
            kept->flags |= VALUE_ASKED; /* it is in the entry */
        out_take(w, member->row, frame, value);
        return value_next(value);
    }
    if (!value)
        return NULL;
    out_comma(w, start);
    buffer_char(w->out, '{');
    for (uint16_t i = 0; i < member->count; i++) {
        const struct member *constant = member->members[i];
        buffer_add(w->out, constant->literal, constant->literal_len);
        buffer_add(w->out, constant->fixed->json, constant->fixed->json_len);
        buffer_char(w->out, ',');
    }
    json_put_string(w->out, member->inside, member->inside_len);
    buffer_char(w->out, ':');
    out_step(w, member->inside, member->inside_len);
    kept = out_kept(w, frame, "");
    size_t inner = w->out->size;
    struct value *next = write_entry(w, member->row, frame, value, kept, inner);
    w->path.size = path;
    if (w->out->size == inner)
        w->out->size = before;
    else
        buffer_char(w->out, '}');
    return next;
}

bool out_entries(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct value *value = out_target(w, frame, &member->row->target);
    if (out_whole_list(w, frame, value))
        return true;
    if (value && value->form == VALUE_EMPTY_LIST)
        value = NULL; /* and unsaid */
    struct kept *kept = out_kept_entry(w, frame, 0);
    if (!value && !kept)
        return out_absent(w, member, frame);
    w->said++;
    buffer_char(w->out, '[');
    size_t start = w->out->size;
    uint32_t count = 0;
    while (value || kept) {
        size_t path = w->path.size;
        if (member->inside) {
            buffer_format(&w->path, "/%u", count);
            value = write_inside(w, member, frame, value, kept, start);
            w->path.size = path;
        } else {
            bool is_rest = member->rest && count > 0;
            value =
                write_entry(w, is_rest ? member->rest : member->row, frame, value, kept, start);
            if (member->rest && !is_rest)
                value = out_target(w, frame, &member->rest->target);
        }
        kept = out_kept_entry(w, frame, ++count);
    }
    buffer_char(w->out, ']');
    out_single(w, member, frame, start - 1, count);
    return true;
}
