/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Unit tests of the table of fields: it is whole, and has a place for everything that the
 * convention asks for.  The lists of articles stand here a second time on purpose.
 *
 * Build: nothing beside libcomity-core. */
#include "model/fields.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

/* --- the table itself */

static void test_rows_of_groups_follow_one_another(void **state)
{
    (void)state;
    uint16_t row = 0;
    for (uint16_t g = 0; g < GROUP_COUNT; g++) {
        assert_int_equal(groups[g].first, row);
        assert_true(groups[g].end > groups[g].first);
        for (row = groups[g].first; row < groups[g].end; row++)
            assert_int_equal(field_group(row), g);
    }
    assert_int_equal(row, FIELD_COUNT);
    assert_int_equal(field_group(FIELD_COUNT), GROUP_COUNT);
}

static void test_every_row_is_filled(void **state)
{
    (void)state;
    for (uint16_t id = 0; id < FIELD_COUNT; id++) {
        const struct field *field = &fields[id];
        assert_int_equal(strlen(field->name), field->name_len);
        assert_int_equal(strlen(field->literal), field->name_len + 3u);
        assert_memory_equal(field->literal + 1, field->name, field->name_len);
        assert_true(field->title[0] != '\0');
        assert_true(field->type <= TYPE_GROUP);
        assert_non_null(field_type_name(field->type));
        if (field->type == TYPE_GROUP)
            assert_in_range(field->ref, 1, GROUP_COUNT - 1);
        else if (field->type == TYPE_CODE)
            assert_in_range(field->ref, 0, CODE_LIST_COUNT - 1);
        else
            assert_int_equal(field->ref, 0);
    }
}

/* Lower-case words; "kept" is the readers' own. */
static bool is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return len > 0 && name[len] == '\0' && name[0] >= 'a' && name[0] <= 'z' &&
           strcmp(name, "kept") != 0;
}

static void test_names_are_words_and_unique_in_their_group(void **state)
{
    (void)state;
    for (uint16_t g = 0; g < GROUP_COUNT; g++)
        for (uint16_t a = groups[g].first; a < groups[g].end; a++) {
            assert_true(is_name(fields[a].name));
            assert_int_equal(field_by_name(g, fields[a].name, fields[a].name_len), a);
            for (uint16_t b = (uint16_t)(a + 1); b < groups[g].end; b++)
                assert_string_not_equal(fields[a].name, fields[b].name);
        }
    assert_int_equal(field_by_name(G_document, "kin", 3), FIELD_NONE);
    assert_int_equal(field_by_name(G_document, "kinds", 5), FIELD_NONE);
    assert_int_equal(field_by_name(G_document, "", 0), FIELD_NONE);
}

static void test_no_name_speaks_in_one_of_the_voices(void **state)
{
    (void)state;
    for (uint16_t id = 0; id < FIELD_COUNT; id++) {
        assert_null(strstr(fields[id].name, "data"));
        assert_null(strstr(fields[id].name, "information"));
    }
    for (uint16_t g = 0; g < GROUP_COUNT; g++) {
        assert_null(strstr(groups[g].name, "data"));
        assert_null(strstr(groups[g].name, "information"));
    }
}

/* Marks what a group leads to; fails where a group holds itself. */
static void reach(uint16_t group, unsigned depth, bool *reached)
{
    assert_true(depth < 16);
    reached[group] = true;
    for (uint16_t id = groups[group].first; id < groups[group].end; id++)
        if (fields[id].type == TYPE_GROUP)
            reach(fields[id].ref, depth + 1, reached);
}

static void test_every_group_is_reached_from_the_document(void **state)
{
    (void)state;
    bool reached[GROUP_COUNT] = {false};
    reach(G_document, 0, reached);
    for (uint16_t g = 0; g < GROUP_COUNT; g++)
        if (!reached[g])
            fail_msg("nothing leads to %s", groups[g].name);
}

/* --- code lists */

static void test_every_code_list_has_codes_and_a_field(void **state)
{
    (void)state;
    for (uint16_t list = 0; list < CODE_LIST_COUNT; list++) {
        size_t count = 0, users = 0;
        assert_non_null(code_list_names[list]);
        for (size_t i = 0; i < code_count; i++)
            count += codes[i].list == list;
        for (uint16_t id = 0; id < FIELD_COUNT; id++)
            users += fields[id].type == TYPE_CODE && fields[id].ref == list;
        if (!count || !users)
            fail_msg("%s has %zu codes and %zu fields", code_list_names[list], count, users);
    }
}

static void test_codes_are_unique_in_their_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < code_count; i++) {
        const struct code *found =
            code_find(codes[i].list, codes[i].value, strlen(codes[i].value));
        assert_ptr_equal(found, &codes[i]);
        assert_true(codes[i].title[0] != '\0');
    }
    assert_null(code_find(L_sex, "mal", 3));
    assert_null(code_find(L_sex, "male ", 5));
    assert_null(code_find(L_sex, "extradition", 11));
    assert_null(code_find(L_sex, "", 0));
}

/* --- articles */

/* "61.14(a)": an article, a paragraph, letters or numbers in brackets. */
static bool is_article(const char *text, size_t len)
{
    size_t at = strspn(text, "0123456789");
    if (at == 0 || at > 3)
        return false;
    if (text[at] == '.') {
        size_t paragraph = strspn(text + at + 1, "0123456789");
        if (paragraph == 0)
            return false;
        at += 1 + paragraph;
    }
    while (at < len && text[at] == '(') {
        size_t inside = strspn(text + at + 1, "abcdefghijklmnopqrstuvwxyz");
        if (inside == 0 || text[at + 1 + inside] != ')')
            return false;
        at += inside + 2;
    }
    return at == len;
}

/* True if a list of articles, parted by blanks, names one. */
static bool names(const char *articles, const char *wanted)
{
    bool found = false;
    for (const char *p = articles; *p;) {
        size_t len = strcspn(p, " ");
        if (!is_article(p, len))
            fail_msg("'%s' holds something that is no article", articles);
        found = found || (strlen(wanted) == len && memcmp(p, wanted, len) == 0);
        p += len + (p[len] == ' ');
    }
    return found;
}

static void test_articles_are_spelt_as_articles(void **state)
{
    (void)state;
    for (uint16_t id = 0; id < FIELD_COUNT; id++)
        names(fields[id].articles, "");
    for (uint16_t g = 0; g < GROUP_COUNT; g++)
        names(groups[g].articles, "");
    for (size_t i = 0; i < code_count; i++)
        names(codes[i].articles, "");
}

struct place {
    const char *article, *path;
};

/* True if the path leads to a field and one of its steps names the article. */
static bool has_place(const struct place *place)
{
    uint16_t group = G_document;
    bool named = false;
    for (const char *p = place->path; *p;) {
        size_t len = strcspn(p, ".");
        uint16_t id = group == GROUP_COUNT ? FIELD_NONE : field_by_name(group, p, len);
        if (id == FIELD_NONE)
            return false;
        named = named || names(fields[id].articles, place->article);
        group = fields[id].type == TYPE_GROUP ? fields[id].ref : GROUP_COUNT;
        p += len + (p[len] == '.');
    }
    return named;
}

static void check_places(const struct place *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!has_place(&places[i]))
            fail_msg("art. %s has no place at %s", places[i].article, places[i].path);
}

/* The content items: what a request "shall contain" or "shall specify". */
static void test_every_content_item_has_its_field(void **state)
{
    (void)state;
    static const struct place places[] = {
        {"61.14(a)", "requesting.authority"},
        {"61.14(b)", "proceeding.subject"},
        {"61.14(b)", "proceeding.nature"},
        {"61.14(b)", "proceeding.authority.name"},
        {"61.14(b)", "proceeding.authority.functions"},
        {"61.14(c)", "facts.summary"},
        {"61.14(d)", "assistance.description"},
        {"61.14(d)", "assistance.procedure"},
        {"61.14(e)", "persons.name"},
        {"61.14(e)", "persons.location"},
        {"61.14(e)", "persons.nationalities"},
        {"61.14(e)", "items"},
        {"61.14(e)", "accounts"},
        {"61.14(f)", "purpose.text"},
        {"68.2(a)", "requesting.authority"},
        {"68.2(b)", "offences.title"},
        {"68.2(b)", "facts.summary"},
        {"68.2(c)", "material.description"},
        {"68.2(c)", "material.relationship"},
        {"68.2(d)", "material.custodian"},
        {"68.2(d)", "material.location"},
        {"68.2(d)", "material.system"},
        {"68.2(e)", "necessity.text"},
        {"68.2(f)", "follow_up.text"},
        {"68.2(g)", "confidentiality.notify_user"},
        {"71.5(a)", "requesting.authority"},
        {"71.5(a)", "issued"},
        {"71.5(b)", "instrument.text"},
        {"71.5(c)", "material.custodian.name"},
        {"71.5(c)", "material.custodian.address"},
        {"71.5(d)", "offences.title"},
        {"71.5(d)", "offences.provisions"},
        {"71.5(d)", "offences.penalty"},
        {"71.5(e)", "emergency.facts"},
        {"71.5(e)", "emergency.relevance"},
        {"71.5(f)", "material.description"},
        {"71.5(g)", "assistance.procedure"},
        {"71.5(h)", "remarks.text"},
        {"73.3(a)", "requesting.authority"},
        {"73.3(b)", "facts.summary"},
        {"73.3(c)", "material.description"},
        {"73.3(c)", "material.relationship"},
        {"73.3(d)", "material.owner"},
        {"73.3(d)", "material.location"},
        {"73.3(e)", "material.justification"},
        {"73.3(f)", "material.period"},
        {"73.3(f)", "material.period.justification"},
        {"82.3(a)", "property.description"},
        {"82.3(a)", "property.location"},
        {"82.3(a)", "property.value"},
        {"82.3(a)", "facts.relied_upon"},
        {"82.3(b)", "orders.copy"},
        {"82.3(b)", "orders.facts"},
        {"82.3(b)", "orders.extent"},
        {"82.3(b)", "orders.notification"},
        {"82.3(b)", "orders.final"},
        {"82.3(c)", "facts.relied_upon"},
        {"82.2", "property.actions"},
        {"82.3(c)", "orders.copy"},
    };
    check_places(places, sizeof(places) / sizeof(places[0]));
}

static void test_what_goes_with_every_request_has_its_field(void **state)
{
    (void)state;
    static const struct place places[] = {
        {"71.5(b)", "instrument.articles"},
        {"61.10", "requested.state"},
        {"61.10", "requested.central_authority"},
        {"61.10", "channel"},
        {"61.11", "language"},
        {"61.11", "translations"},
        {"61.23", "deadlines.date"},
        {"61.23", "deadlines.reason"},
        {"61.18", "confidentiality.requested"},
        {"61.17", "protection.use_limits"},
        {"57.2", "protection.retention"},
        {"57.2", "protection.disposal"},
        {"57", "protection.onward_transfer"},
        {"61.27", "costs.text"},
        {"85", "costs.estimate"},
        {"56.3", "dual_criminality.statement"},
        {"61.6", "dual_criminality.met"},
        {"61.13", "attachments.sha256"},
        {"61.13", "attachments.certification"},
        {"61.20", "statements"},
        {"61.21", "statements"},
        {"66.8", "emergency.copy_to"},
        {"68.7", "preservation.duration"},
        {"70.3", "expedition"},
        {"58.10", "follow_up"},
        {"58.1", "offences.penalty.maximum"},
        {"61.7", "custody.consent"},
        {"61.22", "decision.reasons"},
        {"61.24", "decision.postponed_until"},
        {"61.19", "decision.grounds"},
        {"61.15", "questions"},
        {"66.4", "questions"},
        {"61.28", "result.records"},
        {"57.6", "use_report.text"},
        {"57.4", "destruction.digests"},
    };
    check_places(places, sizeof(places) / sizeof(places[0]));
}

static void check_codes(uint16_t list, const struct place *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct code *code = code_find(list, places[i].path, strlen(places[i].path));
        if (!code)
            fail_msg("there is no %s", places[i].path);
        else if (!names(code->articles, places[i].article) && places[i].article[0])
            fail_msg("%s does not name art. %s", places[i].path, places[i].article);
    }
}

static void test_every_kind_of_request_and_answer_is_there(void **state)
{
    (void)state;
    static const struct place kinds[] = {
        {"58", "extradition"},
        {"58.10", "provisional-arrest"},
        {"58.19", "provisional-arrest"},
        {"59", "transfer-of-sentenced-person"},
        {"60", "transfer-of-proceedings"},
        {"61", "mutual-legal-assistance"},
        {"61.7", "transfer-of-detained-person"},
        {"62", "hearing-by-video"},
        {"66", "emergency-assistance"},
        {"67", "network-24-7"},
        {"68", "preservation"},
        {"69", "preserved-traffic-disclosure"},
        {"70", "stored-access"},
        {"71", "emergency-production"},
        {"73", "realtime-traffic"},
        {"74", "content-interception"},
        {"75", "law-enforcement-cooperation"},
        {"77", "joint-investigation"},
        {"78", "special-technique"},
        {"79", "property-recovery"},
        {"80", "property-recovery"},
        {"82.1(a)", "confiscation"},
        {"82.1(b)", "confiscation-order"},
        {"82.2", "freezing"},
        {"84", "return-of-property"},
        {"61.4(b)", "service-of-documents"},
        {"", "designation"},
        {"64", "spontaneous-information"},
        {"83", "spontaneous-property-information"},
        {"65", "consular-service"},
        {"72", "public-or-consented-access"},
        {"", "acknowledgement"},
        {"61.15", "additional-information"},
        {"66.4", "additional-information"},
        {"61.25", "consultation"},
        {"61.22", "decision"},
        {"61.24", "decision"},
        {"71.8", "decision"},
        {"61.23", "progress"},
        {"61.18", "confidentiality-notice"},
        {"68.6", "preservation-risk"},
        {"61.28", "result"},
        {"61.23", "no-longer-required"},
        {"57.6", "use-report"},
        {"57.2", "destruction-record"},
        {"57.4", "destruction-record"},
    };
    check_codes(L_kind, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static void test_every_purpose_of_assistance_is_there(void **state)
{
    (void)state;
    for (char letter = 'a'; letter <= 'm'; letter++) {
        char article[] = {'6', '1', '.', '4', '(', letter, ')', '\0'};
        size_t count = 0;
        for (size_t i = 0; i < code_count; i++)
            count += codes[i].list == L_purpose && names(codes[i].articles, article);
        assert_int_equal(count, 1);
    }
    static const struct place places[] = {
        {"61.10", "central-authority"}, {"61.10", "diplomatic"}, {"67", "24-7"},
        {"66.8", "interpol"},           {"66.8", "direct"},
    };
    check_codes(L_channel, places, sizeof(places) / sizeof(places[0]));
    static const struct place outcomes[] = {
        {"61", "granted"},
        {"61.25", "granted-with-conditions"},
        {"61.22", "refused"},
        {"61.24", "postponed"},
    };
    check_codes(L_outcome, outcomes, sizeof(outcomes) / sizeof(outcomes[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_groups_follow_one_another),
        cmocka_unit_test(test_every_row_is_filled),
        cmocka_unit_test(test_names_are_words_and_unique_in_their_group),
        cmocka_unit_test(test_no_name_speaks_in_one_of_the_voices),
        cmocka_unit_test(test_every_group_is_reached_from_the_document),
        cmocka_unit_test(test_every_code_list_has_codes_and_a_field),
        cmocka_unit_test(test_codes_are_unique_in_their_list),
        cmocka_unit_test(test_articles_are_spelt_as_articles),
        cmocka_unit_test(test_every_content_item_has_its_field),
        cmocka_unit_test(test_what_goes_with_every_request_has_its_field),
        cmocka_unit_test(test_every_kind_of_request_and_answer_is_there),
        cmocka_unit_test(test_every_purpose_of_assistance_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
