#include "iflytek/spark_chat/chat_question.h"

#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"

#include <Poco/NumberFormatter.h>

#include <algorithm>
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
    for (std::uint64_t i = 0; i < request.turns.count; ++i) {
        const Turn turn = request.turns[i];
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
    for (std::uint64_t i = 0; i < request.turns.count; ++i)
        if (const Turn turn = request.turns[i]; isSystem(turn)) addParagraph(text, turn.content);
    return text;
}

using Talk = std::vector<std::pair<std::string_view, std::string>>;  // role and content

void addTurn(Talk& talk, std::string_view role, std::string_view content) {
    if (talk.empty() || talk.back().first != role)
        talk.emplace_back(role, content);
    else
        addParagraph(talk.back().second, content);
}

[[noreturn]] void refuse(const std::string& sentence) { throw CallFailure(ModelStatus::badInput, sentence, sentence); }

[[noreturn]] void refuseTurn(std::uint64_t index) {
    refuse("dialog[" + std::to_string(index) +
           "] is the assistant's, but this model wants the user's entry before it; "
           "leave it out, or put it into the system entry");
}

void openTurn(std::string& dialog, std::string_view role) {
    dialog += dialog.empty() ? R"([{"role":)" : R"(,{"role":)";
    addQuoted(dialog, role);
    dialog += R"(,"content":)";
}

std::string asWritten(const ModelRequest& request) {
    std::size_t size = 0;
    constexpr std::size_t around = 40;
    for (std::uint64_t i = 0; i < request.turns.count; ++i) size += request.turns[i].content.size + around;
    std::string dialog;
    dialog.reserve(size);
    for (std::uint64_t i = 0; i < request.turns.count; ++i) {
        const Turn turn = request.turns[i];
        openTurn(dialog, turn.role);
        addQuoted(dialog, turn.content);
        dialog += '}';
    }
    dialog += ']';
    return dialog;
}

// The nearest dialog that the upstream takes. Some versions have no system role, so there it becomes something
// said and understood.
std::string rewritten(const ModelRequest& request, Support systemRole) {
    Talk talk;
    const std::string system = systemTextOf(request);
    if (!system.empty()) talk.emplace_back(systemRole == Support::no ? "user" : "system", system);
    if (!system.empty() && systemRole == Support::no) talk.emplace_back("assistant", "好的，我会遵守。");
    bool hasUser = false;  // as the client said it; the one above does not count
    for (std::uint64_t i = 0; i < request.turns.count; ++i) {
        const Turn turn = request.turns[i];
        if (isSystem(turn)) continue;
        hasUser = hasUser || isUser(turn);
        if (!hasUser) refuseTurn(i);
        addTurn(talk, turn.role, turn.content);
    }
    std::string dialog;
    for (const auto& [role, content] : talk) {
        openTurn(dialog, role);
        addQuoted(dialog, content);
        dialog += '}';
    }
    dialog += ']';
    return dialog;
}

std::string toolsOf(WebSearch search) {
    if (search == WebSearch::unsaid) return "";
    return std::string(R"(,"tools":[{"type":"web_search","web_search":{"enable":)") +
           (search == WebSearch::on ? "true" : "false") + R"(,"show_ref_label":false,"search_mode":"normal"}}])";
}

std::string shown(double number) { return Poco::NumberFormatter::format(number); }

void requireWithin(std::int64_t value, std::int64_t most, const std::string& name) {
    if (value >= 1 && value <= most) return;
    refuse(name + " is " + std::to_string(value) + "; this model takes 1 to " + std::to_string(most));
}

double temperatureOf(double wanted, double most) {
    if (!(wanted >= 0 && wanted <= most))
        refuse("temperature is " + shown(wanted) + "; this model takes 0 to " + shown(most));
    return std::max(wanted, kLeastTemperature);  // the upstream has no 0, and there is next to no difference
}

}  // namespace

ChatQuestions::ChatQuestions(const ChatSettings& settings, const std::string& appId)
    : form_(settings.parameters, appId, toolsOf(settings.webSearch)),
      parameters_(settings.parameters),
      systemRole_(settings.systemRole),
      limits_(settings.limits) {}

std::string ChatQuestions::of(const ModelRequest& request) const {
    const auto values = sampled(*request.sampling);
    if (isTaken(request, systemRole_)) return form_.filled(request.user, {asWritten(request)}, values);
    return form_.filled(request.user, {rewritten(request, systemRole_)}, values);
}

// Nothing: the client leaves it to the operator.
std::optional<ChatParameters> ChatQuestions::sampled(const Sampling& wanted) const {
    if (wanted.topP && wanted.topP.value != 1)
        refuse("top_p is unknown to this model; leave it out, or set temperature");
    if (!wanted.temperature && !wanted.topK && !wanted.maxTokens) return std::nullopt;
    ChatParameters values = parameters_;
    if (wanted.temperature) values.temperature = temperatureOf(wanted.temperature.value, limits_.temperature);
    if (wanted.topK) requireWithin(values.topK = wanted.topK.value, kMostCandidates, "top_k");
    if (wanted.maxTokens) requireWithin(values.maxTokens = wanted.maxTokens.value, limits_.maxTokens, "max_tokens");
    return values;
}

}  // namespace aiproject::iflytek
