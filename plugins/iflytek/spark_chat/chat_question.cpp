#include "iflytek/spark_chat/chat_question.h"

#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"

#include <utility>
#include <vector>

namespace aiproject::iflytek {
namespace {

bool isSystem(const Turn& turn) { return std::string_view(turn.role) == "system"; }

bool isUser(const Turn& turn) { return std::string_view(turn.role) == "user"; }

// What the upstream takes: a system turn at most once, first and not empty; then user and assistant by turns, the
// user first. (That the user is last, the worker has seen to.)
bool isTaken(const ModelRequest& request, Support systemRole) {
    bool userIsNext = true;
    for (std::uint64_t i = 0; i < request.turnCount; ++i) {
        const Turn& turn = request.turns[i];
        if (isSystem(turn)) {
            if (i != 0 || turn.content.size == 0 || systemRole == Support::no) return false;
        } else if (isUser(turn) != userIsNext) {
            return false;
        } else {
            userIsNext = !userIsNext;
        }
    }
    return true;
}

void addParagraph(std::string& text, std::string_view paragraph) {
    if (!text.empty() && !paragraph.empty()) text += "\n\n";
    text += paragraph;
}

// Whatever system turns say, wherever they stand (reminders, summaries of what went before), in one text.
std::string systemTextOf(const ModelRequest& request) {
    std::string text;
    for (std::uint64_t i = 0; i < request.turnCount; ++i)
        if (isSystem(request.turns[i])) addParagraph(text, request.turns[i].content);
    return text;
}

using Talk = std::vector<std::pair<std::string_view, std::string>>;  // role and content

void addTurn(Talk& talk, std::string_view role, std::string_view content) {
    if (talk.empty() || talk.back().first != role)
        talk.emplace_back(role, content);
    else
        addParagraph(talk.back().second, content);
}

[[noreturn]] void refuseTurn(std::uint64_t index) {
    const std::string sentence = "dialog[" + std::to_string(index) +
                                 "] is the assistant's, but this model wants the user's entry before it; "
                                 "leave it out, or put it into the system entry";
    throw CallFailure(ModelStatus::badInput, sentence, sentence);
}

// The nearest dialog that the upstream takes. Some versions have no system role, so there it becomes something
// said and understood.
std::string rewritten(const ModelRequest& request, Support systemRole) {
    Talk talk;
    const std::string system = systemTextOf(request);
    if (!system.empty()) talk.emplace_back(systemRole == Support::no ? "user" : "system", system);
    if (!system.empty() && systemRole == Support::no) talk.emplace_back("assistant", "好的，我会遵守。");
    bool hasUser = false;  // as the client said it; the one above does not count
    for (std::uint64_t i = 0; i < request.turnCount; ++i) {
        const Turn& turn = request.turns[i];
        if (isSystem(turn)) continue;
        hasUser = hasUser || isUser(turn);
        if (!hasUser) refuseTurn(i);
        addTurn(talk, turn.role, turn.content);
    }
    std::string dialog;
    for (const auto& [role, content] : talk)
        dialog += (dialog.empty() ? R"({"role":)" : R"(,{"role":)") + quotedJson(role) + R"(,"content":)" +
                  quotedJson(content) + "}";
    return "[" + dialog + "]";
}

std::string toolsOf(WebSearch search) {
    if (search == WebSearch::unsaid) return "";
    return std::string(R"(,"tools":[{"type":"web_search","web_search":{"enable":)") +
           (search == WebSearch::on ? "true" : "false") + R"(,"show_ref_label":false,"search_mode":"normal"}}])";
}

}  // namespace

ChatQuestions::ChatQuestions(const ChatSettings& settings, const std::string& appId)
    : form_(settings.parameters, appId, toolsOf(settings.webSearch)), systemRole_(settings.systemRole) {}

std::string ChatQuestions::of(const ModelRequest& request) const {
    if (isTaken(request, systemRole_)) return form_.filled(request.user, {request.dialog});
    return form_.filled(request.user, {rewritten(request, systemRole_)});
}

}  // namespace aiproject::iflytek
