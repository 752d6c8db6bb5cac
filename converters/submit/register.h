/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The register of authorities (articles 58.19, 61.10(c)-(d), 67.2 and 91.2): who receives
 * requests for a State, in which languages, and where.  Knows nothing of options and of
 * files. */
#ifndef COMITY_CONVERTERS_SUBMIT_REGISTER_H
#define COMITY_CONVERTERS_SUBMIT_REGISTER_H

#include "base/arena.h"
#include "submit/endpoint.h"

struct cli;

/* An authority as it is written down.  State, role, territory and name tell one apart. */
struct authority {
    int64_t id;            /* that the register gives */
    const char *state;     /* ISO 3166-1 alpha-2 */
    const char *role;      /* one of register_roles */
    const char *territory; /* a part of the State with a system of its own (61.10(a)) */
    const char *name, *address;
    const char *languages; /* that it accepts (61.11): BCP 47 tags, "de,en"; "": not declared */
    const char *declarations; /* a JSON object of texts: {"61.6": "..."} */
};

/* Roles, by the order in which they are shown; ends with NULL. */
extern const char *const register_roles[];

/* Tells all that is wrong with an authority; NULL is not given, and wrong for State, role and
 * name alone.  Declarations are checked by authority_check_declarations(). */
void authority_check(const struct authority *authority, struct entry_faults *faults);
void authority_check_declarations(const struct tree *tree, uint32_t group,
                                  struct entry_faults *faults);
/* Languages as the register keeps them, of text with commas or blanks between the tags; NULL
 * (told): one is no tag, or there is no memory. */
const char *authority_languages(struct arena *arena, const char *text,
                                struct entry_faults *faults);

/* What became of an entry that was put. */
enum register_change { REGISTER_UNCHANGED, REGISTER_CHANGED, REGISTER_ADDED };
extern const char *const register_changes[]; /* "unchanged", ... */

/* Puts an authority that was checked: what is not given stays as it is.  Its id becomes
 * known. */
comity_status register_put(struct store *store, struct authority *authority,
                           enum register_change *change);
/* The same for an endpoint of an authority.  COMITY_E_USAGE: its name is another authority's,
 * whose id `owner` becomes. */
comity_status register_put_endpoint(struct store *store, const struct endpoint_text *text,
                                    int64_t authority, enum register_change *change,
                                    int64_t *owner);

/* Which authorities; NULL and 0: any. */
struct register_filter {
    const char *state, *role;
    const char *named; /* the authority, or one of its endpoints */
    int64_t id;
};
/* Calls `each` in the order of State, role, territory and name; texts are lent.  What `each`
 * returns, if not COMITY_OK, ends it. */
typedef comity_status register_fn(void *user, const struct authority *authority);
comity_status register_each(struct store *store, const struct register_filter *filter,
                            register_fn *each, void *user);
/* The endpoints of an authority by their names; 0: those of none. */
typedef comity_status register_endpoint_fn(void *user, const struct endpoint_text *text);
comity_status register_each_endpoint(struct store *store, int64_t authority,
                                     register_endpoint_fn *each, void *user);

/* Takes out an authority with its endpoints, or one endpoint; COMITY_END: there is none. */
comity_status register_remove(struct store *store, int64_t id);
comity_status register_remove_endpoint(struct store *store, const char *name);

/* The endpoint for a State, a role and a territory (NULL: any): COMITY_END where the register
 * has no such authority or it has no endpoint.  Of several authorities it is the one with the
 * least id that has an endpoint, of its endpoints the first by name.  `authority` becomes its
 * name, `languages` what it accepts ("de,en", "": not declared); the caller frees both.
 * COMITY_E_INVALID with the store's message where the endpoint is not as it must be. */
comity_status register_route(struct store *store, const char *state, const char *role,
                             const char *territory, struct endpoint *endpoint, char **authority,
                             char **languages);

/* --- parts of the command */

/* What the command was given. */
struct register_request {
    struct authority authority;
    struct endpoint_text endpoint;
    const char *folder; /* of the store */
    struct store store;
    struct arena arena;
};

/* Each does one of `comity register`'s verbs with the store open; faults are told, and
 * counted in `cli`. */
void register_list(struct cli *cli, struct register_request *request);
void register_show(struct cli *cli, struct register_request *request);
void register_import(struct cli *cli, struct register_request *request);
void register_review(struct cli *cli, struct register_request *request);
/* Tells what went wrong with the store. */
void register_store_fault(struct cli *cli, const struct store *store, comity_status status);
/* Tells that something is not in the register. */
void register_tell_unknown(struct cli *cli, const char *sort, const char *what);
/* What is against a format that an endpoint takes, with the plugins of this machine: a hint
 * and a message; NULL: nothing.  cli_open() was called. */
const char *register_wrong_format(struct cli *cli, const char *format, char *message,
                                  size_t size);

#endif
