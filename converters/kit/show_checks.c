/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Results of checks for people, as TAP and as lines of JSON. */
#include "cli.h"
#include "kit/run_check.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static const char *const outcome_words[] = {"ok", "FAULT", "skipped"};
static const char *const outcome_names[] = {"passed", "failed", "skipped"};

/* Calls `each` with every line's letter and words. */
typedef void line_fn(void *user, char letter, const char *words);

static void each_line(const struct buffer *words, line_fn *each, void *user)
{
    size_t start = 0;
    for (size_t i = 0; i < words->size; i++) {
        if (words->bytes[i] != '\n')
            continue;
        words->bytes[i] = '\0';
        if (i >= start + 2)
            each(user, words->bytes[start], words->bytes + start + 2);
        words->bytes[i] = '\n';
        start = i + 1;
    }
}

static void print_indented(void *user, char letter, const char *words)
{
    (void)letter;
    fputs(user, stdout);
    cli_print_safely(stdout, words);
    putchar('\n');
}

static void add_message(void *user, char letter, const char *words)
{
    cJSON *message = cJSON_CreateObject();
    cJSON_AddStringToObject(message, "severity",
                            letter == 'F'   ? "error"
                            : letter == 'S' ? "skipped"
                                            : "note");
    cJSON_AddStringToObject(message, "message", words);
    cJSON_AddItemToArray(user, message);
}

static void take_reason(void *user, char letter, const char *words)
{
    const char **reason = user;
    if (letter == 'S' && !*reason)
        *reason = strdup(words);
}

static void show_json(const struct check *check, const struct checked *checked)
{
    cJSON *object = cJSON_CreateObject(), *messages = cJSON_CreateArray();
    cJSON_AddStringToObject(object, "check", check->name);
    cJSON_AddStringToObject(object, "purpose", check->purpose);
    cJSON_AddStringToObject(object, "result", outcome_names[checked->outcome]);
    each_line(&checked->words, add_message, messages);
    cJSON_AddItemToObject(object, "messages", messages);
    cli_print_object(stdout, object);
}

static void show_tap(size_t number, const struct check *check, const struct checked *checked)
{
    const char *reason = NULL;
    each_line(&checked->words, take_reason, &reason);
    printf("%s %zu - %s: %s", checked->outcome == FAILED ? "not ok" : "ok", number, check->name,
           check->purpose);
    if (checked->outcome == SKIPPED) {
        fputs(" # SKIP ", stdout);
        cli_print_safely(stdout, reason ? reason : "");
    }
    putchar('\n');
    if (checked->outcome != SKIPPED)
        each_line(&checked->words, print_indented, (void *)(uintptr_t) "# ");
    free((void *)(uintptr_t)reason);
}

void show_plan(enum manner manner, size_t count)
{
    if (manner == MANNER_TAP)
        printf("1..%zu\n", count);
}

void show_result(enum manner manner, size_t number, const struct check *check,
                 const struct checked *checked)
{
    if (manner == MANNER_JSON) {
        show_json(check, checked);
    } else if (manner == MANNER_TAP) {
        show_tap(number, check, checked);
    } else {
        printf("%-8s %-14s  %s\n", outcome_words[checked->outcome], check->name,
               check->purpose);
        each_line(&checked->words, print_indented, (void *)(uintptr_t) "           ");
    }
    fflush(stdout);
}

void show_end(enum manner manner, const struct subject *subject, const size_t counts[3])
{
    if (manner == MANNER_JSON) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "plugin", subject->path);
        for (int i = 0; i < 3; i++)
            cJSON_AddNumberToObject(object, outcome_names[i], (double)counts[i]);
        cJSON_AddNumberToObject(object, "samples", (double)subject->sample_count);
        cJSON_AddNumberToObject(object, "seed", (double)subject->seed);
        cli_print_object(stdout, object);
    } else if (manner == MANNER_TEXT) {
        cli_print_safely(stdout, subject->path);
        printf(": %zu passed, %zu failed, %zu skipped; %zu samples\n", counts[PASSED],
               counts[FAILED], counts[SKIPPED], subject->sample_count);
    }
}
