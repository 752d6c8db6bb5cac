/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plugin with a good format and one whose template names a field that does not
 * exist.  Neither is loaded; what init() began, deinit() ends. */
#include "mock.h"

#include <unistd.h>

static const char good_text[] =
    "{\"comity_template\":1,\"id\":\"mock-good\",\"title\":\"good\",\"source\":\"none\","
    "\"syntax\":\"json\",\"kinds\":[\"provisional-arrest\"],"
    "\"detect\":{\"all\":[\"good\"],\"score\":70},"
    "\"rows\":[{\"at\":\"good\",\"field\":\"id\"}]}";
static const char bad_text[] =
    "{\"comity_template\":1,\"id\":\"mock-faulty\",\"title\":\"faulty\",\"source\":\"none\","
    "\"syntax\":\"json\",\"kinds\":[\"provisional-arrest\"],"
    "\"detect\":{\"all\":[\"faulty\"],\"score\":70},\n"
    "\"rows\":[{\"at\":\"faulty\",\"field\":\"nowhere.at.all\"}]}";

static void deinit(void)
{
    ssize_t ignored = write(STDERR_FILENO, "faulty_template: deinit\n", 24);
    (void)ignored;
}

static const struct comity_format good = {.struct_size = sizeof good,
                                          .id = "mock-good",
                                          .title = "good",
                                          .syntax = "json",
                                          .template_text = good_text,
                                          .template_len = sizeof good_text - 1};
static const struct comity_format faulty = {.struct_size = sizeof faulty,
                                            .id = "mock-faulty",
                                            .title = "faulty",
                                            .syntax = "json",
                                            .template_text = bad_text,
                                            .template_len = sizeof bad_text - 1};
static const struct comity_format *const mock_formats[] = {&good, &faulty, NULL};
MOCK_PLUGIN("faulty-template", .init = mock_init, .deinit = deinit)
