/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A format plugin in C for records of fixed columns, of an invented lighthouse authority:
 *
 *     01 NUMBER(12) ISSUED(8)                     the request
 *     10 ROLE(1) FAMILY(30) GIVEN(30) BORN(8)     a person; any number of them
 *     20 TEXT                                     facts
 *     30 TEXT                                     an offence; any number of them
 *     99 LINES(6)                                 how many stand before it
 *
 * The columns are data, and the host takes the lines apart: what no column covers and what is
 * not read here is told to the user as a loss, with its line and column. */
#include <comity/sdk.h>
#include <stdbool.h>
#include <stdio.h>

static const struct comity_host *host;

static const struct comity_column of_request[] = {{"number", 2, 12}, {"issued", 14, 8}, {0}};
static const struct comity_column of_person[] = {
    {"role", 2, 1}, {"family", 3, 30}, {"given", 33, 30}, {"born", 63, 8}, {0}};
static const struct comity_column of_facts[] = {{"text", 2, 0}, {0}};
static const struct comity_column of_offence[] = {{"title", 2, 0}, {0}};
static const struct comity_column of_end[] = {{"lines", 2, 6}, {0}};
static const struct comity_line lines[] = {
    {"request", "01", 0, 0, of_request}, {"person", "10", 0, 0, of_person},
    {"facts", "20", 0, 0, of_facts},     {"offence", "30", 0, 0, of_offence},
    {"end", "99", 0, 0, of_end},         {0}};

/* A letter of the format, and the role that it is. */
static const struct {
    char letter;
    const char *role;
} roles[] = {{'S', "suspect"}, {'W', "witness"}, {'V', "victim"}, {'G', "sought"}};
#define ROLE_COUNT (sizeof roles / sizeof roles[0])

static comity_status init(const struct comity_host *given, struct comity_call *call)
{
    (void)call;
    host = given;
    return COMITY_OK;
}

/* Sure where the first line is a request, and a later one ends it. */
static int32_t probe(const uint8_t *head, size_t size)
{
    if (size < 23 || memcmp(head, "01", 2) != 0 || (head[22] != '\n' && head[22] != '\r'))
        return 0;
    for (size_t i = 14; i < 22; i++)
        if (head[i] != ' ' && (head[i] < '0' || head[i] > '9'))
            return 0;
    return 70;
}

/* --- reading */

static comity_status say(struct comity_call *call, const struct comity_node *node,
                         const char *code, const char *message)
{
    comity_say(host, call, COMITY_ERROR, code, message, node);
    return COMITY_E_INVALID;
}

/* YYYYMMDD as YYYY-MM-DD. */
static comity_status put_date(struct comity_call *call, struct comity_doc *doc,
                              const char *path, const struct comity_node *node)
{
    size_t len = 0;
    char date[11];
    const char *text = host->node_text(node, &len);
    bool is_good = len == 8;
    for (size_t i = 0; is_good && i < 8; i++)
        is_good = text[i] >= '0' && text[i] <= '9';
    if (!is_good)
        return say(call, node, "lamp-columns.date", "a date has eight digits");
    snprintf(date, sizeof date, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
    return host->put(doc, path, date, 10, node);
}

static comity_status put_role(struct comity_call *call, struct comity_doc *doc,
                              const char *path, const struct comity_node *node)
{
    size_t len = 0;
    const char *text = host->node_text(node, &len);
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (len == 1 && text[0] == roles[i].letter)
            return host->put(doc, path, roles[i].role, strlen(roles[i].role), node);
    return say(call, node, "lamp-columns.role", "a role is S, W, V or G");
}

/* A line that states nothing is no person: entries of a list follow one another. */
static comity_status read_person(struct comity_call *call, const struct comity_node *line,
                                 unsigned *persons, struct comity_doc *doc)
{
    comity_status status = COMITY_OK;
    unsigned number = *persons;
    for (const struct comity_node *node = host->node_first(call, line);
         node && status == COMITY_OK; node = host->node_next(call, node)) {
        char path[48];
        bool role = comity_is_named(host, node, "role");
        bool born = comity_is_named(host, node, "born");
        if (comity_is_named(host, node, "rest"))
            continue;
        *persons = number + 1;
        snprintf(path, sizeof path, "persons[%u].%s", number,
                 role                                    ? "role"
                 : born                                  ? "birth.date"
                 : comity_is_named(host, node, "family") ? "name.family"
                                                         : "name.given");
        if (role)
            status = put_role(call, doc, path, node);
        else if (born)
            status = put_date(call, doc, path, node);
        else
            status = comity_put_node(host, doc, path, node);
    }
    return status;
}

static comity_status read_line(struct comity_call *call, const struct comity_node *line,
                               unsigned *persons, unsigned *offences, struct comity_doc *doc)
{
    char path[48];
    const struct comity_node *first = host->node_first(call, line);
    if (comity_is_named(host, line, "person"))
        return read_person(call, line, persons, doc);
    if (comity_is_named(host, line, "facts"))
        return host->count(doc, "facts.summary")
                   ? COMITY_OK /* a second one is a loss */
                   : comity_put_node(host, doc, "facts.summary", first);
    if (comity_is_named(host, line, "offence")) {
        snprintf(path, sizeof path, "offences[%u].title", *offences);
        *offences += first != NULL;
        return comity_put_node(host, doc, path, first);
    }
    return COMITY_OK;
}

static comity_status read_request(struct comity_call *call, const struct comity_node *line,
                                  struct comity_doc *doc)
{
    comity_status status =
        comity_put_node(host, doc, "id", host->node_find(call, line, "number"));
    const struct comity_node *issued = host->node_find(call, line, "issued");
    return issued && status == COMITY_OK ? put_date(call, doc, "issued", issued) : status;
}

/* How many lines the last one says there are. */
static comity_status check_end(struct comity_call *call, const struct comity_node *line,
                               unsigned count, struct comity_doc *doc)
{
    size_t len = 0;
    char told[8] = "";
    const struct comity_node *node = line ? host->node_find(call, line, "lines") : NULL;
    const char *text = node ? host->node_text(node, &len) : NULL;
    snprintf(told, sizeof told, "%06u", count);
    if (!comity_is(text, len, told))
        return say(call, node, "lamp-columns.lines",
                   "the last line does not tell how many lines stand before it");
    return host->keep(doc, node);
}

static comity_status read_document(struct comity_call *call, const struct comity_node *root,
                                   struct comity_doc *doc)
{
    unsigned persons = 0, offences = 0, count = 0;
    const struct comity_node *line = host->node_first(call, root), *end = NULL;
    if (!line || !comity_is_named(host, line, "request"))
        return say(call, root, "lamp-columns.request", "the first line is no request (01)");
    comity_status status = comity_put_words(host, doc, "kind", "mutual-legal-assistance");
    if (status == COMITY_OK)
        status = read_request(call, line, doc);
    for (; line && status == COMITY_OK; line = host->node_next(call, line)) {
        end = comity_is_named(host, line, "end") ? line : NULL;
        status = end ? check_end(call, end, count, doc)
                     : read_line(call, line, &persons, &offences, doc);
        count++;
    }
    return status == COMITY_OK && !end ? check_end(call, NULL, 0, doc) : status;
}

/* --- writing */

/* A value in so many columns (0: up to the line's end); what is longer is cut, and told. */
static comity_status write_column(struct comity_call *call, struct comity_out *out,
                                  const char *path, const char *text, size_t len,
                                  unsigned width)
{
    size_t at = 0;
    unsigned count = 0;
    for (; at < len && (!width || count < width) && (unsigned char)text[at] >= 0x20; count++)
        do
            at++;
        while (at < len && ((unsigned char)text[at] & 0xC0) == 0x80);
    if (at < len) {
        struct comity_diag diag = {.struct_size = sizeof diag,
                                   .severity = COMITY_LOSS,
                                   .code = "lamp-columns.cut",
                                   .message = "the text is longer than its column, or has "
                                              "several lines; it is cut",
                                   .field = path};
        host->report(call, &diag);
    }
    comity_status status = host->write(out, text, at);
    for (; count < width && status == COMITY_OK; count++)
        status = host->write(out, " ", 1);
    return status;
}

static comity_status write_field(struct comity_call *call, struct comity_doc *doc,
                                 struct comity_out *out, const char *path, unsigned width)
{
    const char *text = "";
    size_t len = 0;
    comity_status found = host->get(doc, path, &text, &len);
    if (found < 0)
        return found;
    if (found == COMITY_OK && !len) {
        struct comity_diag diag = {.struct_size = sizeof diag,
                                   .severity = COMITY_LOSS,
                                   .code = "lamp-columns.empty",
                                   .message = "an empty text is none in a column",
                                   .field = path};
        host->report(call, &diag);
    }
    return write_column(call, out, path, found == COMITY_OK ? text : "",
                        found == COMITY_OK ? len : 0, width);
}

static comity_status write_date(struct comity_call *call, struct comity_doc *doc,
                                struct comity_out *out, const char *path)
{
    char digits[8];
    const char *text = NULL;
    size_t len = 0;
    comity_status found = host->get(doc, path, &text, &len);
    if (found < 0)
        return found;
    if (found == COMITY_END)
        return write_column(call, out, path, "", 0, 8);
    if (len != 10 || text[4] != '-') { /* a date that states less has no place */
        struct comity_diag diag = {.struct_size = sizeof diag,
                                   .severity = COMITY_LOSS,
                                   .code = "lamp-columns.date",
                                   .message = "the format knows whole days alone",
                                   .field = path};
        host->report(call, &diag);
        return write_column(call, out, path, "", 0, 8);
    }
    memcpy(digits, text, 4);
    memcpy(digits + 4, text + 5, 2);
    memcpy(digits + 6, text + 8, 2);
    return write_column(call, out, path, digits, 8, 8);
}

static comity_status write_role(struct comity_call *call, struct comity_doc *doc,
                                struct comity_out *out, const char *path)
{
    const char *text = NULL;
    size_t len = 0;
    comity_status found = host->get(doc, path, &text, &len);
    for (size_t i = 0; found == COMITY_OK && i < ROLE_COUNT; i++)
        if (comity_is(text, len, roles[i].role))
            return host->write(out, &roles[i].letter, 1);
    if (found == COMITY_OK) {
        struct comity_diag diag = {.struct_size = sizeof diag,
                                   .severity = COMITY_LOSS,
                                   .code = "lamp-columns.role",
                                   .message = "the format has no letter for this role",
                                   .field = path};
        host->report(call, &diag);
    }
    return found < 0 ? found : host->write(out, " ", 1);
}

static comity_status write_person(struct comity_call *call, struct comity_doc *doc,
                                  struct comity_out *out, unsigned number)
{
    char path[48];
    comity_write(host, out, "10");
    snprintf(path, sizeof path, "persons[%u].role", number);
    comity_status status = write_role(call, doc, out, path);
    snprintf(path, sizeof path, "persons[%u].name.family", number);
    if (status == COMITY_OK)
        status = write_field(call, doc, out, path, 30);
    snprintf(path, sizeof path, "persons[%u].name.given", number);
    if (status == COMITY_OK)
        status = write_field(call, doc, out, path, 30);
    snprintf(path, sizeof path, "persons[%u].birth.date", number);
    if (status == COMITY_OK)
        status = write_date(call, doc, out, path);
    return status == COMITY_OK ? comity_write(host, out, "\n") : status;
}

static comity_status write_text(struct comity_call *call, struct comity_doc *doc,
                                struct comity_out *out, const char *mark, const char *path)
{
    comity_write(host, out, mark);
    comity_status status = write_field(call, doc, out, path, 0);
    return status == COMITY_OK ? comity_write(host, out, "\n") : status;
}

static comity_status write_document(struct comity_call *call, struct comity_doc *doc,
                                    struct comity_out *out)
{
    char path[48], end[16];
    const char *text = NULL;
    size_t len = 0;
    size_t persons = host->count(doc, "persons");
    size_t offences = host->count(doc, "offences");
    unsigned count = 1;
    host->get(doc, "kind", &text, &len);
    comity_write(host, out, "01");
    comity_status status = write_field(call, doc, out, "id", 12);
    if (status == COMITY_OK)
        status = write_date(call, doc, out, "issued");
    comity_write(host, out, "\n");
    for (unsigned i = 0; i < persons && status == COMITY_OK; i++, count++)
        status = write_person(call, doc, out, i);
    if (status == COMITY_OK && host->count(doc, "facts.summary")) {
        status = write_text(call, doc, out, "20", "facts.summary");
        count++;
    }
    for (unsigned i = 0; i < offences && status == COMITY_OK; i++, count++) {
        snprintf(path, sizeof path, "offences[%u].title", i);
        status = write_text(call, doc, out, "30", path);
    }
    snprintf(path, sizeof path, "kept:/end[%u]/lines", count + 1);
    host->get(doc, path, &text, &len); /* what was read is said again by counting */
    snprintf(end, sizeof end, "99%06u\n", count);
    return status == COMITY_OK ? comity_write(host, out, end) : status;
}

static const char *const kinds[] = {"mutual-legal-assistance", NULL};
static const struct comity_reader reader = {.struct_size = sizeof reader,
                                            .read = read_document};
static const struct comity_writer writer = {.struct_size = sizeof writer,
                                            .write = write_document};
static const struct comity_format format = {.struct_size = sizeof format,
                                            .id = "lamp-columns",
                                            .title = "Lighthouse authority (invented), columns",
                                            .syntax = "lines",
                                            .kinds = kinds,
                                            .probe = probe,
                                            .reader = &reader,
                                            .writer = &writer,
                                            .lines = lines};
static const struct comity_format *const formats[] = {&format, NULL};

const struct comity_plugin *comity_plugin_v1(void)
{
    static const struct comity_plugin plugin = {.struct_size = sizeof plugin,
                                                .abi_minor = COMITY_ABI_MINOR,
                                                .id = "lamp-columns",
                                                .version = "0.1.0",
                                                .vendor = "Comity examples",
                                                .license = "LGPL-2.1-or-later",
                                                .formats = formats,
                                                .init = init};
    return &plugin;
}
