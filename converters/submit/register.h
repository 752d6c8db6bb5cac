#ifndef REGISTER_H
#define REGISTER_H
#include "submit/endpoint.h"
comity_status register_route(struct store *store, const char *state, const char *role,
                             const char *territory, struct endpoint *endpoint, char **authority,
                             char **languages);
#endif
