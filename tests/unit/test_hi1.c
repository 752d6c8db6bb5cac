/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the answer to a message of HI-1 means: HTTP says 200 to all of them. */
#include "submit/protocol.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define NS "xmlns=\"http://uri.etsi.org/03120/common/2019/10/Core\""
#define HEAD                                                                       \
    "<HI1Message " NS "><Header><TransactionIdentifier>T1</TransactionIdentifier>" \
    "</Header><Payload>"
#define TAIL "</Payload></HI1Message>"
#define CREATED "<CREATEResponse><Identifier>x</Identifier></CREATEResponse>"
#define ERROR(code)                                                              \
    "<ErrorInformation><ErrorCode>" code "</ErrorCode><ErrorDescription>said so" \
    "</ErrorDescription></ErrorInformation>"
#define ONE(number, what) \
    "<ActionResponse><ActionIdentifier>" number "</ActionIdentifier>" what "</ActionResponse>"
#define ANSWERS(what) \
    HEAD "<ResponsePayload><ActionResponses>" what "</ActionResponses></ResponsePayload>" TAIL

static const char request[] =
    HEAD "<RequestPayload><ActionRequests>"
         "<ActionRequest><ActionIdentifier>0</ActionIdentifier><CREATE/></ActionRequest>"
         "<ActionRequest><ActionIdentifier>1</ActionIdentifier><CREATE/></ActionRequest>"
         "</ActionRequests></RequestPayload>" TAIL;

static enum outbox_state judged(const char *sent, const char *got, size_t size, long status,
                                struct verdict *verdict)
{
    char *payload = strdup(sent);
    char protocol[] = "hi1";
    struct outbox_item item = {
        .payload = payload, .size = strlen(sent), .endpoint = {.protocol = protocol}};
    struct answer answer = {.status = status, .body = got, .size = size};
    *verdict = (struct verdict){.state = OUTBOX_REJECTED};
    protocol_hi1.judge(&item, &answer, verdict);
    free(payload);
    return verdict->state;
}

static void test_each_answer_has_its_meaning(void **state)
{
    static const struct {
        const char *answer;
        enum outbox_state state;
    } answers[] = {
        {ANSWERS(ONE("0", CREATED) ONE("1", CREATED)), OUTBOX_ACCEPTED},
        /* there already: an earlier attempt arrived */
        {ANSWERS(ONE("0", ERROR("3010")) ONE("1", ERROR("3010"))), OUTBOX_ACCEPTED},
        {ANSWERS(ONE("0", ERROR("3010")) ONE("1", CREATED)), OUTBOX_ACCEPTED},
        {ANSWERS(ONE("0", CREATED) ONE("1", ERROR("3005"))), OUTBOX_REJECTED},
        {ANSWERS(ONE("0", ERROR("3005")) ONE("1", ERROR("3003"))), OUTBOX_REJECTED},
        {ANSWERS(ONE("0", ERROR("3003")) ONE("1", ERROR("3003"))), OUTBOX_QUEUED},
        {ANSWERS(ONE("0", ERROR("")) ONE("1", CREATED)), OUTBOX_REJECTED},
        {HEAD "<ResponsePayload>" ERROR("3000") "</ResponsePayload>" TAIL, OUTBOX_REJECTED},
        {HEAD "<ResponsePayload>" ERROR("3003") "</ResponsePayload>" TAIL, OUTBOX_QUEUED},
        /* not all was answered, or not what was asked */
        {ANSWERS(ONE("0", CREATED)), OUTBOX_HELD},
        {ANSWERS(ONE("0", CREATED) ONE("1", "<Other/>")), OUTBOX_HELD},
        {ANSWERS(""), OUTBOX_HELD},
        {"<HI1Message " NS "><Header><TransactionIdentifier>T2</TransactionIdentifier></Header>"
         "</HI1Message>",
         OUTBOX_HELD},
        /* no message at all */
        {"", OUTBOX_QUEUED},
        {"<html><body>It works!</body>", OUTBOX_QUEUED},
        {"OK", OUTBOX_QUEUED},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]><HI1Message/>", OUTBOX_QUEUED},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct verdict verdict;
        enum outbox_state got =
            judged(request, answers[i].answer, strlen(answers[i].answer), 200, &verdict);
        if (got != answers[i].state)
            fail_msg("%s: %s, not %s: %s", answers[i].answer, outbox_state_name(got),
                     outbox_state_name(answers[i].state), verdict.reason);
        assert_int_equal(*verdict.reason != '\0', got != OUTBOX_ACCEPTED);
    }
}

static void test_json_is_read_alike(void **state)
{
    static const char sent[] =
        "{\"Header\":{\"TransactionIdentifier\":\"T1\"},\"Payload\":{\"RequestPayload\":"
        "{\"ActionRequests\":{\"ActionRequest\":[{\"CREATE\":{\"a\":1}}]}}}}";
    static const char done[] =
        "{\"Header\":{\"TransactionIdentifier\":\"T1\"},\"Payload\":{\"ResponsePayload\":"
        "{\"ActionResponses\":{\"ActionResponse\":[{\"CREATEResponse\":{\"a\":1}}]}}}}";
    static const char refused[] =
        "{\"Header\":{\"TransactionIdentifier\":\"T1\"},\"Payload\":{\"ResponsePayload\":"
        "{\"ErrorInformation\":{\"ErrorCode\":3001,\"ErrorDescription\":\"no\"}}}}";
    struct verdict verdict;
    (void)state;
    assert_int_equal(judged(sent, done, sizeof done - 1, 200, &verdict), OUTBOX_ACCEPTED);
    assert_int_equal(judged(sent, refused, sizeof refused - 1, 200, &verdict), OUTBOX_REJECTED);
    assert_non_null(strstr(verdict.reason, "3001"));
}

static void test_another_status_is_no_answer(void **state)
{
    static const long again[] = {408, 409, 425, 429, 500, 502, 503, 504};
    static const long never[] = {201, 204, 301, 302, 307, 400, 401, 403, 404, 422, 600};
    struct verdict verdict;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(again); i++)
        assert_int_equal(judged(request, "", 0, again[i], &verdict), OUTBOX_QUEUED);
    for (size_t i = 0; i < COUNT_OF(never); i++)
        assert_int_equal(judged(request, "", 0, never[i], &verdict), OUTBOX_REJECTED);
}

static char *read_file(const char *folder, const char *name, size_t *size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/etsi-103120/examples/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *bytes = calloc(1, 1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (1 << 20) - 1, file);
    fclose(file);
    return bytes;
}

/* The answers that ETSI shows, to the requests that they answer. */
static void test_the_answers_that_etsi_shows(void **state)
{
    static const char *const pairs[][2] = {{"request1.xml", "response1.xml"},
                                           {"request2.xml", "response2.xml"},
                                           {"request3.xml", "response3.xml"},
                                           {"request4.xml", "response4.xml"},
                                           {"request6.xml", "response6.xml"}};
    const char *shared = getenv("SHARED");
    char folder[4000];
    (void)state;
    snprintf(folder, sizeof folder, "%s/data", shared ? shared : "");
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        size_t sent_size = 0, got_size = 0;
        struct verdict verdict;
        char *sent = read_file(folder, pairs[i][0], &sent_size);
        char *got = read_file(folder, pairs[i][1], &got_size);
        if (!sent || !got) {
            free(sent);
            free(got);
            skip();
        }
        enum outbox_state found = judged(sent, got, got_size, 200, &verdict);
        if (found != OUTBOX_ACCEPTED)
            fail_msg("%s: %s: %s", pairs[i][1], outbox_state_name(found), verdict.reason);
        free(sent);
        free(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_answer_has_its_meaning),
        cmocka_unit_test(test_json_is_read_alike),
        cmocka_unit_test(test_another_status_is_no_answer),
        cmocka_unit_test(test_the_answers_that_etsi_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
