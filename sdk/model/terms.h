/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The catalogue of the convention's bracketed terms, "[data] [information]", and texts in which
 * such sets stand: finding them, and choosing.  Knows nothing of records or formats.
 *
 *     struct term_choices choices;
 *     struct buffer out;
 *     terms_choose(terms, TERM_VOICE_INFORMATION, &choices);
 *     buffer_init(&out, 0);
 *     comity_status status = terms_resolve(terms, &choices, text, len, &out);
 *
 * or, where each set is looked at:
 *
 *     struct term_walk walk;
 *     struct term_span span;
 *     term_walk_init(&walk, terms, &choices, text, len);
 *     while (term_walk_next(&walk, &span))
 *         ... span.offset, span.len, span.choice, span.alternatives[i] ...
 *
 * A catalogue is constant once it is loaded; any thread may read it. */
#ifndef COMITY_MODEL_TERMS_H
#define COMITY_MODEL_TERMS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/finding.h"
#include "base/limits.h"

#include <stdint.h>

#define TERMS_MAX 256u       /* ids in a catalogue */
#define TERM_ALTERNATIVES 8u /* in one set */
#define TERM_NONE 0xFFFFu

enum term_class { TERM_CLASS_TERM, TERM_CLASS_AGREEMENT, TERM_CLASS_SCOPE, TERM_CLASS_NUMBER };

/* One id of the catalogue. */
struct term {
    const char *id;
    uint16_t follows; /* index of the term whose choice it takes, or TERM_NONE */
    uint16_t root;    /* the one at the end of that chain, or itself */
    uint8_t class;    /* enum term_class */
    uint8_t count;    /* alternatives */
};

struct term_text {
    const char *text;
    uint32_t len;
};

/* The wording of a term in one language. */
struct term_set {
    const char *language;
    struct term_text alternatives[TERM_ALTERNATIVES];
    uint16_t term;
    uint16_t next; /* set whose first alternative begins with the same byte; TERM_NONE: last */
};

struct terms {
    struct arena *arena;
    struct term *terms; /* TERMS_MAX */
    size_t count;
    struct term_set *sets;
    size_t set_count, set_room;
    uint16_t heads[256]; /* first set by the first byte of its first alternative */
};

/* An empty catalogue.  Its memory is the arena's. */
comity_status terms_init(struct terms *terms, struct arena *arena);

/* Adds the shipped, English catalogue. */
comity_status terms_add_shipped(struct terms *terms);

/* Adds a catalogue (docs/terminology.md): new terms, or terms that are there in one more
 * language.  COMITY_E_INVALID: its faults are reported with their places, and nothing of it is
 * to be used. */
comity_status terms_add(struct terms *terms, const char *json, size_t len,
                        struct findings *findings);

/* Index of a term by id, or TERM_NONE. */
uint16_t terms_find(const struct terms *terms, const char *id, size_t len);

/* --- choosing */

#define TERM_BRACKETED 0u /* a choice: the set stays; 1 to n: that alternative */
#define TERM_FOLLOWS 255u /* as the term that it follows */

enum term_voice { TERM_VOICE_BRACKETED, TERM_VOICE_DATA, TERM_VOICE_INFORMATION };

struct term_choices {
    uint8_t of[TERMS_MAX];
};

/* The first or the second alternative of each term and its agreement; scope and number stay. */
void terms_choose(const struct terms *terms, enum term_voice voice,
                  struct term_choices *choices);

/* Reads a profile: a JSON object, term id to the number of the alternative or "bracketed".
 * What it does not name follows its term, or stays bracketed.  COMITY_E_INVALID: its faults are
 * reported with their places. */
comity_status terms_profile(const struct terms *terms, const char *json, size_t len,
                            struct findings *findings, struct term_choices *choices);

/* What a term's choice comes to, agreement with the nearest term before it aside. */
uint8_t terms_choice(const struct terms *terms, const struct term_choices *choices,
                     uint16_t term);

/* --- sets in a text */

/* One set in a text: from its first '[' to its last ']'.  Offsets are bytes of the text. */
struct term_span {
    size_t offset, len;
    const struct term_set *set;
    uint16_t term; /* index into terms->terms */
    uint8_t choice, count;
    struct {
        size_t offset, len; /* inside the brackets, as it stands */
    } alternatives[TERM_ALTERNATIVES];
};

/* The set that begins at text[at], which is '['; false where none does.  White space is folded,
 * letters are exact.  span->choice is left alone. */
bool terms_match(const struct terms *terms, const char *text, size_t len, size_t at,
                 struct term_span *span);

struct term_walk {
    const struct terms *terms;
    const struct term_choices *choices; /* NULL: all stay bracketed */
    const char *text;
    size_t len, at;
    uint8_t nearest[TERMS_MAX]; /* by root: choice of the nearest term before; TERM_FOLLOWS */
};

void term_walk_init(struct term_walk *walk, const struct terms *terms,
                    const struct term_choices *choices, const char *text, size_t len);

/* The next set, with its choice: agreement follows the nearest term of its kind before it.  In
 * one pass, in time linear in the text. */
bool term_walk_next(struct term_walk *walk, struct term_span *span);

/* Appends the text with the sets of one pass resolved; all else as it is.  Returns how many
 * were resolved; buffer_status() tells of a failure. */
size_t terms_resolve_once(const struct terms *terms, const struct term_choices *choices,
                          const char *text, size_t len, struct buffer *out);

/* The same until nothing more changes: what comes out of a set can be an alternative of one
 * around it, "[[data] [information]] [information]".  COMITY_E_LIMIT where that goes deeper
 * than TERM_NESTING; COMITY_E_NOMEM. */
#define TERM_NESTING 16
comity_status terms_resolve(const struct terms *terms, const struct term_choices *choices,
                            const char *text, size_t len, struct buffer *out);

#endif
