/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Small streams of JSON documents, and what comes of them.  For unit tests. */
#ifndef COMITY_TESTS_STREAM_SAMPLES_H
#define COMITY_TESTS_STREAM_SAMPLES_H

#include <comity/plugin.h>
#include <stddef.h>

/* What all the small streams here must give: the documents, one a line with its place, "bad"
 * and the status for each refused; the last status; the findings. */
struct expectation {
    const char *text;
    size_t size;
    const char *log;
    comity_status last;
    const char *findings; /* "code@line:column:offset", with blanks between */
};
#define INPUT(text) text, sizeof(text) - 1

static const struct expectation expectations[] = {
    /* nothing */
    {INPUT(""), "", COMITY_END, ""},
    {INPUT(" \t\r\n\n "), "", COMITY_END, ""},
    {INPUT("\xEF\xBB\xBF"), "", COMITY_END, ""},
    {INPUT("\xEF\xBB\xBF \n"), "", COMITY_END, ""},
    {INPUT("[]"), "", COMITY_END, ""},
    {INPUT(" [ \n ] \n"), "", COMITY_END, ""},
    {INPUT("[]\n[]\n"), "", COMITY_END, ""},
    /* one value */
    {INPUT("{\"a\":1}"), "@0:1:1 {\"a\":1}\n", COMITY_END, ""},
    {INPUT("\n  {\"a\":1} \r\n\n"), "@3:2:3 {\"a\":1}\n", COMITY_END, ""},
    {INPUT("\xEF\xBB\xBF{}"), "@3:1:1 {}\n", COMITY_END, ""},
    {INPUT("17"), "@0:1:1 17\n", COMITY_END, ""},
    {INPUT("true\n"), "@0:1:1 true\n", COMITY_END, ""},
    {INPUT("\"\xC3\xA9\"  "), "@0:1:1 \"\xC3\xA9\"\n", COMITY_END, ""},
    {INPUT("{\n  \"a\": [\n    1\n  ]\n}\n"), "@0:1:1 {\"a\":[1]}\n", COMITY_END, ""},
    /* values on lines of their own */
    {INPUT("{\"a\":1}\n{\"a\":2}\n"), "@0:1:1 {\"a\":1}\n@8:2:1 {\"a\":2}\n", COMITY_END, ""},
    {INPUT("1\r\n\r\n 2\n3"), "@0:1:1 1\n@6:3:2 2\n@8:4:1 3\n", COMITY_END, ""},
    {INPUT("{\n}\n{\n}\n"), "@0:1:1 {}\n@4:3:1 {}\n", COMITY_END, ""},
    {INPUT("{\"\xC3\xA9\":1}\n{}"), "@0:1:1 {\"\xC3\xA9\":1}\n@9:2:1 {}\n", COMITY_END, ""},
    /* lists of documents */
    {INPUT("[{\"a\":1},{\"a\":2}]"), "@1:1:2 {\"a\":1}\n@9:1:10 {\"a\":2}\n", COMITY_END, ""},
    {INPUT("[\n {},\n {} ,\r\n 3\n]\n"), "@3:2:2 {}\n@8:3:2 {}\n@15:4:2 3\n", COMITY_END, ""},
    {INPUT("[\"\xC3\xA9\",{}]"), "@1:1:2 \"\xC3\xA9\"\n@6:1:6 {}\n", COMITY_END, ""},
    {INPUT("[[1],[]]"), "@1:1:2 [1]\n@5:1:6 []\n", COMITY_END, ""},
    {INPUT("[1]\n[2,3]\n{}"), "@1:1:2 1\n@5:2:2 2\n@7:2:4 3\n@10:3:1 {}\n", COMITY_END, ""},
    /* more than one value on a line */
    {INPUT("{}{}"), "bad -3\n", COMITY_END, "json.trailing-text@1:3:2"},
    {INPUT("{} {}\n{}"), "bad -3\n@6:2:1 {}\n", COMITY_END, "json.trailing-text@1:4:3"},
    {INPUT("[][]"), "bad -3\n", COMITY_END, "json.trailing-text@1:3:2"},
    {INPUT("[] []\n{}"), "bad -3\n@6:2:1 {}\n", COMITY_END, "json.trailing-text@1:4:3"},
    {INPUT("[1],\n{}"), "@1:1:2 1\nbad -3\n@5:2:1 {}\n", COMITY_END,
     "json.trailing-text@1:4:3"},
    {INPUT("{}]\n"), "bad -3\n", COMITY_END, "json.trailing-text@1:3:2"},
    {INPUT("1 2\n"), "bad -3\n", COMITY_END, "json.trailing-text@1:3:2"},
    {INPUT("{\n} x"), "bad -3\n", COMITY_END, "json.trailing-text@2:3:4"},
    {INPUT("{}\0"), "bad -3\n", COMITY_E_CORRUPT, NULL},
    {INPUT("{\"abc\":1}\0"), "bad -3\n", COMITY_END, "json.trailing-text@1:10:9"},
    {INPUT("\"abc\" \xFF"), "bad -3\n", COMITY_END, "json.trailing-text@1:7:6"},
    {INPUT("{}, {}\n"), "bad -3\n", COMITY_END, "json.trailing-text@1:3:2"},
    /* bad values among good ones */
    {INPUT("{\"a\":1}\n{\"b\":}\n{\"c\":3}\n"), "@0:1:1 {\"a\":1}\nbad -3\n@15:3:1 {\"c\":3}\n",
     COMITY_END, "json.syntax@2:6:13"},
    {INPUT("{\"a\":\"cut\n{\"b\":2}\n"), "bad -3\n@10:2:1 {\"b\":2}\n", COMITY_END,
     "json.control-character@1:10:9"},
    {INPUT("{\"a\":[1,2\n{\"b\":2}\n"), "bad -3\n@10:2:1 {\"b\":2}\n", COMITY_END,
     "json.syntax@2:1:10"},
    {INPUT("{\n  \"a\": {\n    x\n  }\n}\n{}\n"), "bad -3\n@23:6:1 {}\n", COMITY_END,
     "json.syntax@3:5:15"},
    {INPUT("{\"a\":1,\"a\":2}\n{}"), "bad -3\n@14:2:1 {}\n", COMITY_END,
     "json.duplicate-key@1:8:7"},
    {INPUT("{}\n{\"a\":1"), "@0:1:1 {}\nbad -3\n", COMITY_END, "json.truncated@2:7:9"},
    {INPUT("x\n[1]"), "bad -3\n@3:2:2 1\n", COMITY_END, "json.syntax@1:1:0"},
    {INPUT("\xEF\xBB\xBFx"), "bad -3\n", COMITY_END, "json.syntax@1:1:3"},
    {INPUT("{}\n\xEF\xBB\xBF{}\n{}"), "@0:1:1 {}\nbad -3\n@9:3:1 {}\n", COMITY_END,
     "json.syntax@2:1:3"},
    {INPUT("{\"\xC3\xA9\":\"\xFF\"}\n{}"), "bad -3\n@11:2:1 {}\n", COMITY_END,
     "json.invalid-utf8@1:7:7"},
    {INPUT("{,}\n{,}\n{}\n"), "bad -3\nbad -3\n@8:3:1 {}\n", COMITY_END,
     "json.syntax@1:2:1 json.syntax@2:2:5"},
    /* bad lists */
    {INPUT("[{}}\n{}\n[{}\n[3]\n[x\n4\n[5]\n"),
     "@1:1:2 {}\nbad -3\n@5:2:1 {}\n@9:3:2 {}\nbad -3\n@13:4:2 3\nbad -3\n@22:7:2 5\n",
     COMITY_END, "json.syntax@1:4:3 json.syntax@4:1:12 json.syntax@5:2:17"},
    {INPUT("[\n{}\n{}\n]\n{}\n"), "@2:2:1 {}\n", COMITY_E_CORRUPT, "json.syntax@3:1:5"},
    {INPUT("[{},{\"a\":}]"), "@1:1:2 {}\nbad -3\n", COMITY_END, "json.syntax@1:10:9"},
    {INPUT("[{} {}]"), "@1:1:2 {}\nbad -3\n", COMITY_END, "json.syntax@1:5:4"},
    {INPUT("[{}}"), "@1:1:2 {}\nbad -3\n", COMITY_END, "json.syntax@1:4:3"},
    {INPUT("[,{}]"), "bad -3\n", COMITY_END, "json.syntax@1:2:1"},
    {INPUT("[{},]\n"), "@1:1:2 {}\nbad -3\n", COMITY_END, "json.syntax@1:5:4"},
    {INPUT("["), "bad -3\n", COMITY_END, "json.truncated@1:2:1"},
    {INPUT("[\n"), "", COMITY_E_CORRUPT, "json.truncated@2:1:2"},
    {INPUT("[{}"), "@1:1:2 {}\nbad -3\n", COMITY_END, "json.truncated@1:4:3"},
    {INPUT("[{},\n"), "@1:1:2 {}\n", COMITY_E_CORRUPT, "json.truncated@2:1:5"},
    {INPUT("[{},{"), "@1:1:2 {}\nbad -3\n", COMITY_END, "json.truncated@1:6:5"},
    {INPUT("[1,2"), "@1:1:2 1\n@3:1:4 2\nbad -3\n", COMITY_END, "json.truncated@1:5:4"},
    {INPUT("[1\0]"), "", COMITY_E_CORRUPT, NULL},
    /* entries whose grammar is whole are passed over */
    {INPUT("[1,{\"a\":\"]\\\"}\",\"a\":[{}]},2]\n3"),
     "@1:1:2 1\nbad -3\n@25:1:26 2\n@28:2:1 3\n", COMITY_END, "json.duplicate-key@1:16:15"},
    {INPUT("[\"\\ud800\",2]"), "bad -3\n@10:1:11 2\n", COMITY_END,
     "json.unpaired-surrogate@1:3:2"},
    {INPUT("[{\"\\u0000\":1}]"), "bad -3\n", COMITY_END, "json.nul@1:4:3"},
    {INPUT("[{\"a\":1,\"a\":2}"), "bad -3\nbad -3\n", COMITY_END,
     "json.duplicate-key@1:9:8 json.truncated@1:15:14"},
    {INPUT("[{\"a\":1,\"a\":2}}]"), "bad -3\nbad -3\n", COMITY_END,
     "json.duplicate-key@1:9:8 json.syntax@1:15:14"},
    /* other encodings */
    {INPUT("\xFF\xFE{\0}\0"), "", COMITY_E_CORRUPT, "json.invalid-utf8@1:1:0"},
    {INPUT("\xFE\xFF\0{\0}"), "", COMITY_E_CORRUPT, "json.invalid-utf8@1:1:0"},
    {INPUT("{\0}\0"), "", COMITY_E_CORRUPT, "json.invalid-utf8@1:1:0"},
    {INPUT("\0{\0}"), "", COMITY_E_CORRUPT, "json.invalid-utf8@1:1:0"},
    {INPUT("\0\0\0{"), "", COMITY_E_CORRUPT, "json.invalid-utf8@1:1:0"},
    {INPUT("\0"), "", COMITY_E_CORRUPT, "json.invalid-utf8@1:1:0"},
};

#endif
