/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Build-time program: prints the tables of fold.c from ICU, for U+0080 to U+FFFF.  Not part of
 * the library, which does not need ICU.
 *
 * A character folds to its compatibility decomposition in small letters, without accents, and
 * by a few rules of our own: what people type for one another is the same.  Vowel signs of
 * Indic scripts and voicing marks of kana are letters, no accents: they stay.  Syllables of
 * Hangul are taken apart by fold.c itself. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define CODES 0x10000
#define BLOCK 64 /* as in fold.c */
#define BLOCKS (CODES / BLOCK)
#define MOST 4 /* FOLD_MAX */
#define MAX_SEQUENCES 0x7FF
#define FIRST_SEQUENCE 0xD800 /* surrogates are no characters: their numbers are free */
#define NOTHING 0xFFFF

static uint16_t entries[CODES]; /* 0: the character itself */
static uint16_t sequences[MAX_SEQUENCES][MOST];
static size_t sequence_count;
static uint64_t words[BLOCKS]; /* letters, digits and marks */

static void fail(const char *what, UChar32 code)
{
    fprintf(stderr, "generate-fold: %s at U+%04lX\n", what, (unsigned long)code);
    exit(1);
}

/* Letters with a stroke, which Unicode does not take apart. */
static const struct {
    UChar32 letter;
    const char *plain;
} strokes[] = {{0xE6, "ae"}, {0xF8, "o"},  {0x111, "d"},  {0x127, "h"},
               {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x167, "t"}};

static bool is_single_quote(UChar32 code)
{
    return (code >= 0x2018 && code <= 0x201B) || code == 0x2039 || code == 0x203A ||
           code == '\'' || code == 0xFF07 || code == 0x2032 || code == 0xB4 || code == 0x2BC;
}

static bool is_accent(UChar32 code)
{
    int class = u_getCombiningClass(code);
    int8_t type = u_charType(code);
    if (type == U_ENCLOSING_MARK)
        return true;
    return type == U_NON_SPACING_MARK && class != 0 && class != 8 && class != 9;
}

/* Our own rules.  Returns how many characters `out` holds, -1 where none of them applies. */
static int32_t fold_by_rule(UChar32 code, UChar *out)
{
    for (size_t i = 0; i < sizeof strokes / sizeof strokes[0]; i++) {
        if (strokes[i].letter == code) {
            u_charsToUChars(strokes[i].plain, out, (int32_t)strlen(strokes[i].plain));
            return (int32_t)strlen(strokes[i].plain);
        }
    }
    if (u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || is_accent(code))
        return 0;
    if (u_isUWhiteSpace(code))
        out[0] = ' ';
    else if (u_charType(code) == U_DASH_PUNCTUATION || code == 0x2212)
        out[0] = '-';
    else if (is_single_quote(code))
        out[0] = '\'';
    else if (u_hasBinaryProperty(code, UCHAR_QUOTATION_MARK))
        out[0] = '"';
    else if (code == 0x2236) /* RATIO, which Chinese text has for a colon */
        out[0] = ':';
    else
        return -1;
    return 1;
}

/* Decomposes and makes small letters, then applies the rules to each character.  Returns the
 * length, or -1 where that is no plain text of the first plane. */
static int32_t fold_once(const UChar *from, int32_t len, UChar out[64])
{
    UErrorCode error = U_ZERO_ERROR;
    UChar apart[64], small[64];
    const UNormalizer2 *normalizer = unorm2_getNFKDInstance(&error);
    int32_t apart_len = unorm2_normalize(normalizer, from, len, apart, 64, &error);
    int32_t small_len = u_strFoldCase(small, 64, apart, apart_len, U_FOLD_CASE_DEFAULT, &error);
    apart_len = unorm2_normalize(normalizer, small, small_len, apart, 64, &error);
    if (U_FAILURE(error))
        fail(u_errorName(error), from[0]);
    int32_t count = 0;
    for (int32_t i = 0; i < apart_len; i++) {
        UChar by_rule[4];
        if (U16_IS_SURROGATE(apart[i]) || count > 48)
            return -1;
        int32_t ruled = fold_by_rule(apart[i], by_rule);
        if (ruled < 0)
            out[count++] = apart[i];
        for (int32_t k = 0; k < ruled; k++)
            out[count++] = by_rule[k];
    }
    return count;
}

static int32_t fold(UChar32 code, UChar out[64])
{
    UChar once[64] = {(UChar)code};
    int32_t count = fold_by_rule(code, out);
    if (count >= 0)
        return count;
    count = fold_once(once, 1, out);
    /* An accent that stands alone (U+00A8) is a blank with a mark: no white space. */
    if (count < 0 || count > MOST || (count == 1 && out[0] == ' '))
        return -1;
    memcpy(once, out, (size_t)count * sizeof(UChar));
    int32_t again = fold_once(once, count, out);
    if (again != count || memcmp(once, out, (size_t)count * sizeof(UChar)) != 0)
        fail("folding twice is not folding once", code);
    return count;
}

static uint16_t sequence(const UChar *text, int32_t len)
{
    uint16_t wanted[MOST] = {0};
    memcpy(wanted, text, (size_t)len * sizeof(UChar));
    for (size_t i = 0; i < sequence_count; i++)
        if (memcmp(sequences[i], wanted, sizeof wanted) == 0)
            return (uint16_t)(FIRST_SEQUENCE + i);
    if (sequence_count == MAX_SEQUENCES)
        fail("too many sequences", text[0]);
    memcpy(sequences[sequence_count], wanted, sizeof wanted);
    return (uint16_t)(FIRST_SEQUENCE + sequence_count++);
}

static void look_at(UChar32 code)
{
    UChar folded[64];
    if (U_GET_GC_MASK(code) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK | U_GC_NL_MASK))
        words[code / BLOCK] |= UINT64_C(1) << code % BLOCK;
    bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    bool is_hangul = code >= 0xAC00 && code <= 0xD7A3;
    if (is_surrogate || is_hangul || !u_isdefined(code))
        return;
    int32_t count = fold(code, folded);
    if (count == 0)
        entries[code] = NOTHING;
    else if (count == 1 && folded[0] != code)
        entries[code] = folded[0];
    else if (count > 1)
        entries[code] = sequence(folded, count);
}

/* Which row of a table each block has: blocks that are the same share one. */
static void print_index(const char *name, const unsigned *row)
{
    printf("static const uint16_t %s[%d] = {", name, BLOCKS);
    for (int i = 0; i < BLOCKS; i++)
        printf("%s%u,", i % 16 ? " " : "\n    ", row[i]);
    printf("\n};\n");
}

static void print_entries(void)
{
    static unsigned row[BLOCKS];
    unsigned rows = 0;
    printf("static const uint16_t fold_entries[][%d] = {\n", BLOCK);
    for (int i = 0; i < BLOCKS; i++) {
        int twin = 0;
        while (memcmp(&entries[twin * BLOCK], &entries[i * BLOCK], BLOCK * 2) != 0)
            twin++;
        row[i] = twin < i ? row[twin] : rows++;
        if (twin < i)
            continue;
        printf("    {");
        for (int k = 0; k < BLOCK; k++)
            printf("%s0x%04X%s", k && k % 8 == 0 ? "\n     " : "", entries[i * BLOCK + k],
                   k == BLOCK - 1 ? "},\n"
                   : k % 8 == 7   ? ","
                                  : ", ");
    }
    printf("};\n");
    print_index("fold_rows", row);
}

static void print_words(void)
{
    static unsigned row[BLOCKS];
    unsigned rows = 0;
    printf("static const uint64_t word_sets[] = {\n");
    for (int i = 0; i < BLOCKS; i++) {
        int twin = 0;
        while (words[twin] != words[i])
            twin++;
        row[i] = twin < i ? row[twin] : rows++;
        if (twin == i)
            printf("    UINT64_C(0x%016llX),\n", (unsigned long long)words[i]);
    }
    printf("};\n");
    print_index("word_rows", row);
}

int main(void)
{
    for (UChar32 code = 0x80; code < CODES; code++)
        look_at(code);
    printf("/* Made by generate-fold from ICU %s; do not edit. */\n", U_ICU_VERSION);
    printf("#define FOLD_SEQUENCES %zuu\n", sequence_count);
    printf("static const uint16_t fold_sequences[][%d] = {\n", MOST);
    for (size_t i = 0; i < sequence_count; i++)
        printf("    {0x%04X, 0x%04X, 0x%04X, 0x%04X},\n", sequences[i][0], sequences[i][1],
               sequences[i][2], sequences[i][3]);
    printf("};\n");
    print_entries();
    print_words();
    return ferror(stdout) || fclose(stdout) ? 1 : 0;
}
