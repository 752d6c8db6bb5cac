/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A format plugin in C++17, against the same header as one in C: requests of an invented
 * lighthouse authority, {"lamp_cpp": {"number": ..., "keeper": ..., "facts": ...}}.
 * No exception may leave a function that the host calls. */
#include <array>
#include <comity/sdk.h>
#include <string_view>

namespace {

const comity_host *host;

struct member {
    std::string_view name;
    const char *field;
};

constexpr std::array<member, 3> members = {{{"number", "id"},
                                            {"keeper", "persons[0].name.full"},
                                            {"facts", "facts.summary"}}};

comity_status init(const comity_host *given, comity_call *)
{
    host = given;
    return COMITY_OK;
}

std::int32_t probe(const std::uint8_t *head, std::size_t size)
{
    std::string_view text(reinterpret_cast<const char *>(head), size);
    return text.find("\"lamp_cpp\"") != text.npos ? 80 : 0;
}

comity_status read_document(comity_call *call, const comity_node *root, comity_doc *doc)
{
    const comity_node *body = host->node_find(call, root, "lamp_cpp");
    if (!body || host->node_kind(body) != COMITY_NODE_GROUP) {
        comity_say(host, call, COMITY_ERROR, "lamp-cpp.no-request", "there is no lamp_cpp", root);
        return COMITY_E_INVALID;
    }
    comity_status status = comity_put_words(host, doc, "kind", "mutual-legal-assistance");
    for (auto node = host->node_first(call, body); node && status == COMITY_OK;
         node = host->node_next(call, node)) {
        std::size_t len = 0;
        const char *text = host->node_name(node, &len);
        std::string_view name(text ? text : "", len);
        const char *field = nullptr;
        for (const member &one : members)
            if (one.name == name && host->node_kind(node) == COMITY_NODE_STRING)
                field = one.field;
        if (field)
            status = comity_put_node(host, doc, field, node);
        /* what has no field here stays unread, and the host tells of it as a loss */
    }
    return status;
}

comity_status write_document(comity_call *, comity_doc *doc, comity_out *out)
{
    const char *text = nullptr, *between = "";
    std::size_t len = 0;
    host->get(doc, "kind", &text, &len);
    comity_write(host, out, "{\"lamp_cpp\": {");
    for (const member &one : members) {
        comity_status found = host->get(doc, one.field, &text, &len);
        if (found < 0)
            return found;
        if (found != COMITY_OK)
            continue;
        comity_write(host, out, between);
        comity_write_json(host, out, one.name.data(), one.name.size());
        comity_write(host, out, ": ");
        comity_write_json(host, out, text, len);
        between = ", ";
    }
    return comity_write(host, out, "}}\n");
}

const char *const kinds[] = {"mutual-legal-assistance", nullptr};
const comity_reader reader = {sizeof reader, 0, read_document};
const comity_writer writer = {sizeof writer, 0, write_document};
const comity_format format = {
    sizeof format, 0,       "lamp-cpp", "Lighthouse authority (invented), in C++", "json", nullptr,
    nullptr,       kinds,   nullptr,    probe,                                     nullptr, 0,
    &reader,       &writer, nullptr};
const comity_format *const formats[] = {&format, nullptr};
const comity_plugin plugin = {
    sizeof plugin,       COMITY_ABI_MINOR, "lamp-cpp", "0.1.0", "Comity examples",
    "LGPL-2.1-or-later", formats,          init,       nullptr, nullptr};

} // namespace

const comity_plugin *comity_plugin_v1(void)
{
    return &plugin;
}
