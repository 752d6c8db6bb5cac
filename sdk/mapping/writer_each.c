/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing lists of groups: entries of several sorts, in the order that the source had them, and
 * entries that refer to a group which another list defines. */
#include "mapping/carrier.h"
#include "mapping/writer.h"
#include "syntax/json.h"

struct value *out_matching(const struct member *member, struct value *group)
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

static bool is_member(const struct membership *of, const struct value *value)
{
    if (!value)
        return of->or_absent;
    for (size_t i = 0; i < of->count; i++)
        if (value_is(value, of->texts[i].text, of->texts[i].len))
            return true;
    return false;
}

bool out_when(struct writing *w, const struct member *member, struct out_frame *frame)
{
    for (size_t i = 0; i < member->when_count; i++)
        if (!is_member(&member->when[i], out_target(w, frame, &member->when[i].target)))
            return false;
    return true;
}

/* What a reader will say again because the member is there: the first text alone. */
void out_take_when(struct writing *w, const struct member *member, struct out_frame *frame)
{
    for (size_t i = 0; i < member->when_count; i++) {
        const struct membership *of = &member->when[i];
        struct value *value = out_target(w, frame, &of->target);
        if (value && of->count && !of->or_absent &&
            value_is(value, of->texts[0].text, of->texts[0].len))
            value->flags |= VALUE_ASKED;
        else if (value && of->count && !of->or_absent) /* a reader will say the first */
            out_note(w, KEPT_WRITTEN, of->path, frame, 0, of->texts[0].text, of->texts[0].len);
    }
}

/* --- the entries of a list */

struct sort {
    const struct member *member;
    struct value *next; /* the group that is written next */
    bool is_due;        /* MEMBER_ENTRY: not tried yet */
};

struct entries {
    struct sort sorts[TEMPLATE_MAX_SORTS];
    size_t count;
    struct tree order; /* of the sorts, as the source had them */
    uint32_t at;       /* the next of it; 0 = none */
};

/* The group itself or the next one that the sort speaks of. */
static struct value *find_group(struct writing *w, const struct member *member,
                                struct value *group)
{
    while ((group = out_matching(member, group)) != NULL) {
        struct out_frame inner;
        if (group->form != VALUE_GROUP)
            return NULL; /* the list is empty */
        out_frame_init(w, &inner, member->scope, group);
        if (out_when(w, member, &inner))
            return group;
        group = value_next(group);
        if (!group)
            return NULL;
    }
    return NULL;
}

static void open_order(struct writing *w, struct out_frame *frame, struct entries *entries)
{
    struct kept *order = frame->kept ? out_kept(w, frame, "sorts:") : NULL;
    tree_init(&entries->order, w->record->arena);
    if (!order)
        return;
    order->flags |= VALUE_ASKED;
    if (out_read_kept(w, order, &entries->order))
        entries->at = tree_node(&entries->order, 1)->first;
}

static void open_entries(struct writing *w, const struct member *member,
                         struct out_frame *frame, struct entries *entries)
{
    entries->count = 0;
    entries->at = 0;
    for (; member && entries->count < TEMPLATE_MAX_SORTS; member = member->other) {
        bool is_entry = member->kind == MEMBER_ENTRY;
        struct value *all = is_entry ? NULL : out_target(w, frame, &member->row->target);
        bool has = all && all->form == VALUE_GROUP;
        entries->sorts[entries->count++] =
            (struct sort){member, has ? find_group(w, member, all) : NULL, is_entry};
    }
    open_order(w, frame, entries);
}

static bool is_left(const struct sort *sort)
{
    return sort->next || sort->is_due;
}

/* The sort whose turn it is; NULL where all is written. */
static struct sort *next_sort(struct entries *entries)
{
    while (entries->at) {
        const struct comity_node *node = tree_node(&entries->order, entries->at);
        size_t rank = 0;
        for (uint32_t i = 0; node->kind == COMITY_NODE_NUMBER && i < node->text_len; i++)
            rank = rank * 10 + (size_t)(node->text[i] - '0');
        entries->at = node->next;
        if (rank < entries->count && is_left(&entries->sorts[rank]))
            return &entries->sorts[rank];
    }
    for (size_t i = 0; i < entries->count; i++)
        if (is_left(&entries->sorts[i]))
            return &entries->sorts[i];
    return NULL;
}

/* The entry that a constant tells; false where it says nothing. */
static bool write_told(struct writing *w, struct sort *sort, struct out_frame *frame)
{
    size_t said = w->said, stated = w->stated, path = w->path.size;
    if (frame->kept)
        out_step(w, sort->member->entry, sort->member->entry_len);
    out_object(w, sort->member, frame);
    w->path.size = path;
    w->stated = stated;
    sort->is_due = false;
    return w->said > said;
}

/* An entry that is a text alone, where it has nothing else to say. */
static void out_plain(struct writing *w, const struct member *member, size_t begin)
{
    static const char text[] = "{\"" XML_TEXT "\":";
    size_t len = sizeof text - 1;
    if (member->count != 1 || buffer_status(w->out) != COMITY_OK ||
        w->out->size < begin + len + 1 || memcmp(w->out->bytes + begin, text, len) != 0)
        return;
    memmove(w->out->bytes + begin, w->out->bytes + begin + len, w->out->size - begin - len - 1);
    w->out->size -= len + 1;
}

/* Where an entry stands among those that are written; references to it do not count. */
static void note_placed(struct writing *w, struct value *entry)
{
    if (!w->placed || entry->flags & VALUE_ASKED)
        return;
    struct placed placed = {entry, w->placed->size};
    buffer_add(w->placed, (const char *)&placed, sizeof placed);
}

static bool write_entry(struct writing *w, struct sort *sort, struct out_frame *frame)
{
    const struct member *member = sort->member;
    struct out_frame inner;
    if (member->kind == MEMBER_ENTRY)
        return write_told(w, sort, frame);
    out_frame_init(w, &inner, member->scope, sort->next);
    out_take_constants(w, &inner);
    out_take_when(w, member, &inner);
    note_placed(w, sort->next);
    sort->next->flags |= VALUE_ASKED;
    if (member->refers)
        out_step(w, member->name, member->name_len);
    size_t begin = w->out->size;
    out_object(w, member, &inner);
    if (w->t->syntax != SYNTAX_XML)
        out_plain(w, member, begin);
    w->path.size = inner.base;
    sort->next = value_next(sort->next) ? find_group(w, member, value_next(sort->next)) : NULL;
    return true;
}

void out_single(struct writing *w, const struct member *member, struct out_frame *frame,
                size_t start, size_t count)
{
    struct kept *list = frame->kept ? out_kept(w, frame, "list:") : NULL;
    if (list)
        list->flags |= VALUE_ASKED;
    if (!member->single || count != 1 || list || buffer_status(w->out) != COMITY_OK)
        return;
    memmove(w->out->bytes + start, w->out->bytes + start + 1, w->out->size - start - 2);
    w->out->size -= 2;
}

/* What stands between the brackets; how many entries that are. */
static size_t write_entries(struct writing *w, struct out_frame *frame, struct entries *entries)
{
    size_t start = w->out->size, count = 0;
    for (;;) {
        size_t before = w->out->size;
        struct kept *kept = out_kept_entry(w, frame, (uint32_t)count);
        struct sort *sort = kept ? NULL : next_sort(entries);
        if (!kept && !sort)
            return count;
        out_comma(w, start);
        if (kept)
            out_put_kept(w, kept);
        if (kept || write_entry(w, sort, frame))
            count++;
        else
            w->out->size = before;
    }
}

bool out_each(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct entries entries;
    open_entries(w, member, frame, &entries);
    const struct sort *first = NULL;
    for (size_t i = 0; i < entries.count && !first; i++)
        first = is_left(&entries.sorts[i]) ? &entries.sorts[i] : NULL;
    struct value *all = member->row ? out_target(w, frame, &member->row->target) : NULL;
    bool is_empty = !first && member->key == FIELD_NONE && !member->other && all &&
                    all->form == VALUE_EMPTY_LIST;
    bool wrote = out_whole_list(w, frame, first ? first->next : is_empty ? all : NULL);
    size_t begin = w->out->size, said = w->said;
    if (!wrote) {
        buffer_char(w->out, '[');
        size_t count = write_entries(w, frame, &entries);
        if (count) {
            buffer_char(w->out, ']');
            out_single(w, member, frame, begin, count);
            w->said = w->said > said ? w->said : said + 1;
            wrote = true;
        } else {
            w->out->size = begin;
            wrote = out_absent(w, member, frame);
        }
    }
    tree_free(&entries.order);
    return wrote;
}
