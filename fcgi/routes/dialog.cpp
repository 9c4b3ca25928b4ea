#include "routes/dialog.h"

#include "base/error.h"
#include "base/json_text.h"

namespace aiproject {
namespace {

bool isRole(const std::string& role) { return role == "system" || role == "user" || role == "assistant"; }

}  // namespace

Dialog::Dialog(const JsonBody& body) {
    const auto entries = body.array("dialog");
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const std::string name = "dialog[" + std::to_string(i) + "]";
        const auto entry = entries->getObject(unsigned(i));
        if (!entry) throw refusal(ErrorKind::badRequest, name + " is not an object");
        const std::string role = textOf(entry->get("role"), name + ".role");
        texts_.emplace_back(role, textOf(entry->get("content"), name + ".content"));
        if (!isRole(texts_.back().first))
            throw refusal(ErrorKind::badRequest, name + ".role is not system, user or assistant");
    }
    if (texts_.empty()) throw refusal(ErrorKind::badRequest, "'dialog' is empty");
    if (texts_.back().first != "user")
        throw refusal(ErrorKind::badRequest, "the last entry of 'dialog' is not the user's");

    for (const auto& [role, content] : texts_) {
        turns_.push_back({std::string_view(role), std::string_view(content)});
        json_ += (json_.empty() ? "[" : ",") + (R"({"role":")" + role + R"(","content":)" + jsonText(content) + "}");
    }
    json_ += "]";
    json_.shrink_to_fit();  // what growing has left over would stay as long as the stream
}

}  // namespace aiproject
