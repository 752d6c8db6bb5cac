/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The forms of a country's name as lists write it.  Works on the words of eight languages
 * without being told which; knows no country. */
#include "model/country_forms.h"

#include <stddef.h>
#include <string.h>

/* Behind a comma, a text whose last word is one of these goes before what the comma follows:
 * "Iran, Islamic Republic of", "Réunion, Île de la". */
static const char *const connecting[] = {"of", "the", "de", "del", "da", "do",  "das", "dos",
                                         "du", "des", "d'", "la",  "l'", "von", "der"};

/* And so does one with one of these words in it: "Korea, Republik", "Salomon, Îles".  Nothing
 * else is turned: "Bonaire, Sint Eustatius and Saba", "Taiwan, Province of China". */
static const char *const leading[] = {"Republik", "Volksrepublik", "République", "Staat",
                                      "Negara",   "Wilayah",       "Îles",       "Île",
                                      "Islas",    "British",       "U.S."};

static bool is_one_of(const char *word, size_t len, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == len && memcmp(list[i], word, len) == 0)
            return true;
    return false;
}

static bool goes_first(const char *tail)
{
    for (const char *word = tail;;) {
        size_t len = strcspn(word, " ");
        bool last = !word[len];
        if (is_one_of(word, len, leading, sizeof leading / sizeof leading[0]))
            return true;
        if (last)
            return is_one_of(word, len, connecting, sizeof connecting / sizeof connecting[0]);
        word += len + 1;
    }
}

static void cut(char *text, size_t len)
{
    while (len > 0 && text[len - 1] == ' ')
        len--;
    text[len] = '\0';
}

/* "Malouines, Îles" to "Îles Malouines"; leaves alone what is not to be turned. */
static void turn(char *text)
{
    char turned[COUNTRY_FORM_SIZE];
    const char *comma = strstr(text, ", ");
    if (!comma || strchr(comma + 1, ',') || !goes_first(comma + 2))
        return;
    size_t tail = strlen(comma + 2), head = (size_t)(comma - text);
    bool elided = comma[2 + tail - 1] == '\'';
    memcpy(turned, comma + 2, tail);
    if (!elided)
        turned[tail++] = ' ';
    memcpy(turned + tail, text, head);
    turned[tail + head] = '\0';
    memcpy(text, turned, tail + head + 1);
}

/* Takes the first bracket out, with the blank before it. */
static void without_bracket(const char *text, char *out)
{
    const char *open = strchr(text, '('), *close = open ? strchr(open, ')') : NULL;
    if (!close)
        return;
    memcpy(out, text, (size_t)(open - text));
    cut(out, (size_t)(open - text));
    memcpy(out + strlen(out), close + 1, strlen(close + 1) + 1);
}

bool country_forms_make(const char *name, struct country_forms *forms)
{
    memset(forms, 0, sizeof *forms);
    size_t len = strlen(name);
    if (len >= COUNTRY_FORM_SIZE)
        return false;
    /* A bracket at the end stays there: "Malouines, Îles (Falkland)". */
    const char *bracket = len && name[len - 1] == ')' ? strrchr(name, '(') : NULL;
    size_t base = bracket && bracket > name ? (size_t)(bracket - name) : len;
    memcpy(forms->natural, name, base);
    cut(forms->natural, base);
    size_t before = strlen(forms->natural);
    turn(forms->natural);
    size_t natural = strlen(forms->natural); /* turning takes the comma out */
    memcpy(forms->natural + natural, name + before, len - before + 1);
    forms->has_comma = strchr(forms->natural, ',') != NULL;

    without_bracket(forms->natural, forms->plain);
    const char *comma = strchr(name, ',');
    size_t head = comma ? (size_t)(comma - name) : base;
    if (head == len)
        return true;
    memcpy(forms->head, name, head);
    cut(forms->head, head);
    char *inner = strchr(forms->head, '('); /* "Cocos (Keeling), Îles" */
    if (inner)
        cut(forms->head, (size_t)(inner - forms->head));
    return true;
}
