/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Invented notices: nobody of these names is meant.  For unit tests. */
#ifndef COMITY_TESTS_NOTICES_H
#define COMITY_TESTS_NOTICES_H

#include <stddef.h> /* a header of nothing but macros would not compile alone */

#define RED_NOTICE                                                                             \
    "{\"date_of_birth\":\"1971/02/00\",\"distinguishing_marks\":\"scar, \\\"left\\\" hand\","  \
    "\"weight\":0,\"nationalities\":[\"LV\",\"XX\"],\"entity_id\":\"1900/1\","                 \
    "\"eyes_colors_id\":[\"BRO\",\"???\"],\"sex_id\":\"F\",\"place_of_birth\":\"-\","          \
    "\"forename\":\"MARA\",\"arrest_warrants\":[{\"charge\":\"Diebstahl\","                    \
    "\"issuing_country_id\":\"DE\",\"charge_translation\":\"theft\"},{\"charge\":\"fraude\","  \
    "\"issuing_country_id\":\"FR\",\"charge_translation\":null}],"                             \
    "\"country_of_birth_id\":\"LV\",\"hairs_id\":null,\"name\":\"TESTA\","                     \
    "\"languages_spoken_ids\":[\"GER\",\"lav\"],\"height\":1.70,\"_embedded\":{\"links\":[{"   \
    "\"forename\":\"JANIS\",\"color\":\"yellow\",\"name\":\"TESTS\",\"entity_id\":\"1900/2\"," \
    "\"_links\":{\"self\":{\"href\":\"https://example.org/v1/yellow/"                          \
    "1900-2\"}}}]},\"_links\":{"                                                               \
    "\"self\":{\"href\":\"https://example.org/v1/red/1900-1\"},\"images\":{\"href\":"          \
    "\"https://example.org/v1/red/1900-1/images\"}}}"

/* What encloses the notices of a list, and two of them: the second has no id. */
#define LIST_NOTICE                                                                          \
    "{\"date_of_birth\":\"1971/02/03\",\"nationalities\":[\"LV\"],\"entity_id\":\"1900/1\"," \
    "\"forename\":\"MARA\",\"name\":\"TESTA\",\"_links\":{\"self\":{\"href\":"               \
    "\"https://example.org/v1/red/1900-1\"}}}"
#define LIST_NOTICE_WITHOUT_ID                                                             \
    "{\"date_of_birth\":null,\"nationalities\":null,\"forename\":null,\"name\":\"TESTS\"," \
    "\"_links\":{\"self\":{\"href\":\"https://example.org/v1/red/1900-2\"}}}"
#define LIST_OF(notices)                                                                   \
    "{\"total\":2,\"query\":{\"page\":1,\"nationality\":null},\"_embedded\":{\"notices\":" \
    "[" notices "]},\"_links\":{\"first\":{\"href\":\"https://example.org/v1/red?page=1\"}}}"

#endif
