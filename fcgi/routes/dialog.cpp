#include "routes/dialog.h"

#include "base/error.h"
#include "base/json_member.h"

#include <array>

namespace aiproject {
namespace {

std::string nameOf(std::size_t index) { return "dialog[" + std::to_string(index) + "]"; }

std::string_view textIn(simdjson::dom::object entry, const char* name, std::size_t index) {
    const auto member = memberOf(entry, name);
    std::string_view text;
    if (!member || member->get(text) != simdjson::SUCCESS)
        throw refusal(ErrorKind::badRequest, nameOf(index) + "." + name + " is not text");
    return text;
}

// The same role as a text that outlives the body.
std::string_view roleOf(std::string_view text, std::size_t index) {
    constexpr std::array<std::string_view, 3> roles{"system", "user", "assistant"};
    for (const std::string_view role : roles)
        if (role == text) return role;
    throw refusal(ErrorKind::badRequest, nameOf(index) + ".role is not system, user or assistant");
}

Turn turnOf(simdjson::dom::element element, std::size_t index) {
    simdjson::dom::object entry;
    if (element.get(entry) != simdjson::SUCCESS)
        throw refusal(ErrorKind::badRequest, nameOf(index) + " is not an object");
    const std::string_view role = textIn(entry, "role", index), content = textIn(entry, "content", index);
    Turn turn;
    turn.role = roleOf(role, index);
    turn.content = content;
    return turn;
}

}  // namespace

Dialog::Dialog(const JsonBody& body) {
    const simdjson::dom::array entries = body.array("dialog");
    turns_.reserve(entries.size());
    std::size_t bytes = 0;
    for (const auto entry : entries) {
        turns_.push_back(turnOf(entry, turns_.size()));
        bytes += turns_.back().content.size;
    }
    if (turns_.empty()) throw refusal(ErrorKind::badRequest, "'dialog' is empty");
    if (std::string_view(turns_.back().role) != "user")
        throw refusal(ErrorKind::badRequest, "the last entry of 'dialog' is not the user's");

    contents_.reserve(bytes);  // never grows, or the turns would point nowhere
    for (Turn& turn : turns_) {
        const std::size_t begin = contents_.size();
        contents_.append(turn.content);
        turn.content = std::string_view(contents_).substr(begin);
    }
}

}  // namespace aiproject
