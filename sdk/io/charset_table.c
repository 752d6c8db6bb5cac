/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of encodings.  Must not know how text is converted. */
#include "io/charset_table.h"

#include "io/charset.h"

#include <stdbool.h>
#include <string.h>

/* Only encodings without shift states and without combining look-ahead: a checkpoint must need
 * no more than an offset, and a text is encoded character by character.  Those of one canonical
 * name stand together.  Text labelled Shift_JIS is in practice what Windows writes, and only
 * there is the backslash a backslash. */
static const struct charset_entry CHARSETS[] = {
    {"utf-8", "UTF-8", "UTF-8"},
    {"utf8", "UTF-8", "UTF-8"},
    {"utf-16", "UTF-16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE", "UTF-16LE"},
    {"utf-16be", "UTF-16BE", "UTF-16BE"},
    {"us-ascii", "US-ASCII", "US-ASCII"},
    {"ascii", "US-ASCII", "US-ASCII"},
    {"iso-8859-1", "ISO-8859-1", "ISO-8859-1"},
    {"iso_8859-1", "ISO-8859-1", "ISO-8859-1"},
    {"latin1", "ISO-8859-1", "ISO-8859-1"},
    {"iso-8859-2", "ISO-8859-2", "ISO-8859-2"},
    {"latin2", "ISO-8859-2", "ISO-8859-2"},
    {"iso-8859-5", "ISO-8859-5", "ISO-8859-5"},
    {"iso-8859-7", "ISO-8859-7", "ISO-8859-7"},
    {"iso-8859-9", "ISO-8859-9", "ISO-8859-9"},
    {"latin5", "ISO-8859-9", "ISO-8859-9"},
    {"iso-8859-15", "ISO-8859-15", "ISO-8859-15"},
    {"latin9", "ISO-8859-15", "ISO-8859-15"},
    {"windows-1250", "windows-1250", "CP1250"},
    {"cp1250", "windows-1250", "CP1250"},
    {"windows-1251", "windows-1251", "CP1251"},
    {"cp1251", "windows-1251", "CP1251"},
    {"windows-1252", "windows-1252", "CP1252"},
    {"cp1252", "windows-1252", "CP1252"},
    {"windows-1253", "windows-1253", "CP1253"},
    {"cp1253", "windows-1253", "CP1253"},
    {"windows-1254", "windows-1254", "CP1254"},
    {"cp1254", "windows-1254", "CP1254"},
    {"koi8-r", "KOI8-R", "KOI8-R"},
    {"koi8-u", "KOI8-U", "KOI8-U"},
    {"cp866", "CP866", "CP866"},
    {"ibm866", "CP866", "CP866"},
    {"gb18030", "GB18030", "GB18030"},
    {"gbk", "GBK", "GBK"},
    {"cp936", "GBK", "GBK"},
    {"gb2312", "GBK", "GBK"},
    {"shift_jis", "Shift_JIS", "CP932"},
    {"windows-31j", "Shift_JIS", "CP932"},
    {"cp932", "Shift_JIS", "CP932"},
    {"euc-jp", "EUC-JP", "EUC-JP"},
    {"euc-kr", "EUC-KR", "EUC-KR"},
    {"big5", "Big5", "BIG5"},
};

#define CHARSET_COUNT (sizeof CHARSETS / sizeof CHARSETS[0])

/* ASCII only: a locale has no say in the name of an encoding. */
static bool same_label(const char *label, const char *name, size_t len)
{
    if (strlen(label) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != label[i])
            return false;
    }
    return true;
}

const struct charset_entry *charset_find(const char *name, size_t len)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++)
        if (same_label(CHARSETS[i].label, name, len))
            return &CHARSETS[i];
    return NULL;
}

const char *charset_canonical(const char *name, size_t len)
{
    const struct charset_entry *entry = charset_find(name, len);
    return entry ? entry->canonical : NULL;
}

const char *charset_at(size_t index)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        bool is_alias = i > 0 && strcmp(CHARSETS[i].canonical, CHARSETS[i - 1].canonical) == 0;
        if (!is_alias && index-- == 0)
            return CHARSETS[i].canonical;
    }
    return NULL;
}
