// The status as a page for browsers: no script, everything escaped.
#include "manager/status_pages.h"

#include <Poco/JSON/Array.h>

#include <initializer_list>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr const char* kStyle =
    ":root{color-scheme:light dark}body{font:15px/1.4 system-ui,sans-serif;margin:1rem auto;max-width:70rem;padding:0 "
    "1rem}"
    "h1,h2{font-weight:600;line-height:1.2}h1{font-size:1.3rem}h2{font-size:1.1rem;margin:1.5rem 0 .3rem}"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0}"
    "th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #8884;vertical-align:top}"
    ".wide{overflow-x:auto}.bad{color:#b3261e;font-weight:600}"
    "@media(prefers-color-scheme:dark){.bad{color:#ff8a80}}";

std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += c;
        }
    }
    return safe;
}

std::string shown(const Object& object, const std::string& name) {
    return escaped(object.optValue<std::string>(name, ""));
}

// A column: its head, and the member of each row that it shows.
struct Column {
    const char* head;
    const char* member;
};

bool isBad(const std::string& state) {
    return state == "stuck" || state == "silent" || state == "failing" || state == "quarantined" || state == "resting";
}

std::string cell(const Object& row, const Column& column) {
    const std::string value = shown(row, column.member);
    return (isBad(value) ? "<td class=\"bad\">" : "<td>") + value + "</td>";
}

std::string table(const Array::Ptr& rows, const std::string& caption, std::initializer_list<Column> columns) {
    if (!rows || rows->empty()) return {};
    std::string html = "<div class=\"wide\"><table aria-label=\"" + caption + "\"><thead><tr>";
    for (const Column& column : columns) html += std::string("<th scope=\"col\">") + column.head + "</th>";
    html += "</tr></thead><tbody>\n";
    for (std::size_t i = 0; i < rows->size(); ++i) {
        html += "<tr>";
        for (const Column& column : columns) html += cell(*rows->getObject(unsigned(i)), column);
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string list(const Array::Ptr& sentences) {
    if (!sentences || sentences->empty()) return {};
    std::string html = "<ul class=\"bad\">";
    for (const auto& sentence : *sentences) html += "<li>" + escaped(sentence.convert<std::string>()) + "</li>";
    return html + "</ul>\n";
}

std::string poolHtml(const Object& pool) {
    std::string html = "<h2>Pool " + shown(pool, "name") + "</h2>\n<p>" + shown(pool, "calls") + " of " +
                       shown(pool, "calls_limit") + " model calls; " + shown(pool, "queue_waiting") +
                       " requests wait for a thread, the longest for " + shown(pool, "queue_longest_ms") + " ms</p>\n";
    if (pool.has("last_death")) html += "<p class=\"bad\">Last death: " + shown(pool, "last_death") + "</p>\n";
    html += table(pool.getArray("workers"), "workers",
                  {{"Worker", "pid"},
                   {"Generation", "generation"},
                   {"State", "state"},
                   {"Busy", "busy"},
                   {"Threads", "threads"},
                   {"Streams", "streams"},
                   {"Taken", "served"},
                   {"MB", "resident_mb"},
                   {"Up, s", "up_s"}});
    html += table(pool.getArray("models"), "models",
                  {{"Model", "name"},
                   {"Plugin", "plugin"},
                   {"State", "state"},
                   {"Calls", "calls"},
                   {"Failures", "failures"},
                   {"Key ends with", "key_end"},
                   {"Tried again in, s", "retry_s"}});
    return html +
           table(
               pool.getArray("oldest_calls"), "calls in progress, the oldest first",
               {{"Call, s", "age_s"}, {"User", "user"}, {"Model", "model"}, {"Phase", "phase"}, {"Worker", "worker"}});
}

}  // namespace

std::string statusStyle() { return kStyle; }

std::string statusHtml(const Object& status) {
    const Object::Ptr reload = status.getObject("reload");
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"3\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>aiproject: "
        "status</title><style>" +
        statusStyle() + "</style></head><body><main>\n<h1>aiproject: status</h1>\n<p>Manager " + shown(status, "pid") +
        " since " + shown(status, "since") + ", generation " + shown(status, "generation") +
        ", last reload: " + shown(*reload, "state") + ", requests answered: " + shown(status, "requests") + "</p>\n" +
        list(reload->getArray("reasons")) + list(status.getArray("notices")) + "<h2>Answers come from</h2>\n" +
        table(status.getArray("answers"), "where answers come from",
              {{"Kind", "kind"}, {"Model", "model"}, {"Origin", "origin"}});
    const Array::Ptr pools = status.getArray("pools");
    for (std::size_t i = 0; i < pools->size(); ++i) html += poolHtml(*pools->getObject(unsigned(i)));
    return html + "</main></body></html>\n";
}

}  // namespace aiproject
