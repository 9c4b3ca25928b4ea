// The body of a JSON request, and the dialog in it.
#include "http/json_body.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "fuzz/target.h"
#include "routes/dialog.h"

#include <algorithm>
#include <string>

namespace aiproject::fuzz {
namespace {

template <class Work>
bool isTaken(Work&& work) {
    try {
        work();
        return true;
    } catch (const Error& refused) {
        require(refused.kind() == ErrorKind::badRequest, "a body is refused as a bad request");
        require(!refused.forClient().empty() && isUtf8(refused.forClient()), "the client gets a readable reason");
        return false;
    }
}

bool isSame(const Turn& a, const Turn& b) {
    return std::string_view(a.role) == b.role && std::string_view(a.content) == b.content;
}

// The same dialog in the words of its turns.
std::string written(const Dialog& dialog) {
    std::string json;
    for (const Turn& turn : dialog.turns()) {
        json += json.empty() ? R"({"dialog":[{"role":")" : R"(,{"role":")";
        json.append(turn.role).append(R"(","content":)");
        addJsonText(json, turn.content);
        json += '}';
    }
    return json + "]}";
}

void tryDialog(const JsonBody& body) {
    const Dialog dialog(body);
    for (const Turn& turn : dialog.turns()) require(isUtf8(turn.content), "a turn's content is UTF-8");

    const std::string json = written(dialog);
    require(isJson(json), "the turns can be written as JSON");
    const Dialog again{JsonBody(json)};
    require(
        std::equal(dialog.turns().begin(), dialog.turns().end(), again.turns().begin(), again.turns().end(), isSame),
        "the same turns are read again");
}

}  // namespace

void tryInput(std::string_view input) {
    const std::string text(input);
    isTaken([&] {
        const JsonBody body(text);
        require(isUtf8(text), "a body that is taken is UTF-8");
        require(isJson(withoutByteOrderMark(text)), "a body that is taken is JSON");
        isTaken([&] { require(isUtf8(body.text("username")), "a text is UTF-8"); });
        isTaken([&] { require(isUtf8(body.textOr("password", "")), "a text is UTF-8"); });
        isTaken([&] { tryDialog(body); });
    });
}

}  // namespace aiproject::fuzz
