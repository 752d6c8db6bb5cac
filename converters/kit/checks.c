/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All checks, in the order in which they are made. */
#include "kit/checker.h"

const struct check checks[] = {
    {"load", "it is loaded, twice, and changes nothing of the process", OPENS_ITSELF, try_load},
    {"exports", "it exports comity_plugin_v1 and nothing else", NEEDS_OBJECT | OPENS_ITSELF,
     try_exports},
    {"descriptor", "it says who made it, under which license, and what its formats carry",
     NEEDS_OBJECT | OPENS_ITSELF, try_descriptor},
    {"template", "the template has no faults, and its examples are read and written",
     NEEDS_TEMPLATE | OPENS_ITSELF, try_template},
    {"probe-prefixes", "probe() of each beginning of each sample reads no byte beyond it",
     NEEDS_OBJECT | NEEDS_SAMPLES | OPENS_ITSELF, try_probe_prefixes},
    {"probe-random", "probe() is not sure of bytes by chance", NEEDS_OBJECT | OPENS_ITSELF,
     try_probe_random},
    {"recognized", "each sample is taken for the plugin's format, among all others",
     NEEDS_SAMPLES | TELLS_FORMATS, try_recognized},
    {"foreign", "documents of other formats are not taken for the plugin's", NEEDS_SAMPLES,
     try_foreign},
    {"samples", "each sample is read without an error", NEEDS_SAMPLES, try_samples},
    {"round-trip", "each sample, written and read again, is the same document", NEEDS_SAMPLES,
     try_round_trip},
    {"losses", "every value that is lost or made up is told of", 0, try_losses},
    {"same-bytes", "the same document gives the same bytes twice", NEEDS_SAMPLES,
     try_same_bytes},
    {"places", "locale, time zone, umask and folder make no difference", NEEDS_SAMPLES,
     try_places},
    {"slow-input", "a document that comes byte by byte gives the same", NEEDS_SAMPLES,
     try_slow_input},
    {"conduct", "it opens nothing, prints nothing, starts nothing and changes nothing",
     NEEDS_SAMPLES | OPENS_ITSELF, try_conduct},
    {"no-memory", "memory runs out at each place where it is taken, and that is told",
     NEEDS_SAMPLES, try_no_memory},
    {"leaks", "what is taken for a document is given back", NEEDS_SAMPLES, try_leaks},
    {"limits", "what is beyond a limit is refused with an error", NEEDS_SAMPLES, try_limits},
    {"cancelled", "an output that is closed ends it, and the next document is as good",
     NEEDS_SAMPLES, try_cancelled},
    {"threads", "several threads convert beside each other", NEEDS_SAMPLES, try_threads},
    {"damaged", "samples that were damaged by chance are refused with a reason", NEEDS_SAMPLES,
     try_damaged},
};
const size_t check_count = sizeof checks / sizeof checks[0];
