/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writing lists of groups: entries of several sorts, in the order that the source had them, and
 * entries that refer to a group which another list defines. */
#include "mapping/writer.h"
#include "syntax/json.h"

#define MAX_SORTS 16u

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
    }
}

/* --- the entries of a list */

struct sort {
    const struct member *member;
    struct value *next; /* the group that is written next */
};

struct entries {
    struct sort sorts[MAX_SORTS];
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
    struct limits limits = LIMITS_INIT;
    struct syntax_error error;
    size_t used;
    tree_init(&entries->order, w->record->arena);
    if (!order)
        return;
    order->flags |= VALUE_ASKED;
    comity_status status =
        json_read(&entries->order, order->json, order->json_len, true, &limits, &used, &error);
    if (status == COMITY_E_NOMEM)
        w->status = status;
    else if (status == COMITY_OK)
        entries->at = tree_node(&entries->order, 1)->first;
}

static void open_entries(struct writing *w, const struct member *member,
                         struct out_frame *frame, struct entries *entries)
{
    entries->count = 0;
    entries->at = 0;
    for (; member && entries->count < MAX_SORTS; member = member->other) {
        struct value *all = out_target(w, frame, &member->row->target);
        entries->sorts[entries->count++] = (struct sort){
            member, all && all->form == VALUE_GROUP ? find_group(w, member, all) : NULL};
    }
    open_order(w, frame, entries);
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
        if (rank < entries->count && entries->sorts[rank].next)
            return &entries->sorts[rank];
    }
    for (size_t i = 0; i < entries->count; i++)
        if (entries->sorts[i].next)
            return &entries->sorts[i];
    return NULL;
}

static void write_entry(struct writing *w, struct sort *sort)
{
    const struct member *member = sort->member;
    struct out_frame inner;
    out_frame_init(w, &inner, member->scope, sort->next);
    out_take_constants(w, &inner);
    out_take_when(w, member, &inner);
    sort->next->flags |= VALUE_ASKED;
    if (member->refers)
        out_step(w, member->name, member->name_len);
    out_object(w, member, &inner);
    w->path.size = inner.base;
    sort->next = value_next(sort->next) ? find_group(w, member, value_next(sort->next)) : NULL;
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

bool out_each(struct writing *w, const struct member *member, struct out_frame *frame)
{
    struct entries entries;
    open_entries(w, member, frame, &entries);
    struct sort *sort = next_sort(&entries);
    struct value *all = out_target(w, frame, &member->row->target);
    bool is_empty = !sort && member->key == FIELD_NONE && !member->other && all &&
                    all->form == VALUE_EMPTY_LIST;
    bool wrote = out_whole_list(w, frame, sort ? sort->next : is_empty ? all : NULL);
    struct kept *kept = wrote ? NULL : out_kept_entry(w, frame, 0);
    size_t begin = w->out->size, count = 0;
    if (!wrote && (sort || kept)) {
        w->said++;
        buffer_char(w->out, '[');
        for (; sort || kept; count++) {
            out_comma(w, begin + 1);
            if (kept)
                out_put_kept(w, kept);
            else
                write_entry(w, sort);
            if (!kept)
                sort = next_sort(&entries);
            kept = out_kept_entry(w, frame, (uint32_t)count + 1);
        }
        buffer_char(w->out, ']');
        out_single(w, member, frame, begin, count);
        wrote = true;
    } else if (!wrote) {
        wrote = out_absent(w, member, frame);
    }
    tree_free(&entries.order);
    return wrote;
}
