#include "iflytek/spark_chat/chat_question.h"

#include "iflytek/core/json_reading.h"

#include <algorithm>

namespace aiproject::iflytek {
namespace {

bool isSystem(const Turn& turn) { return std::string_view(turn.role) == "system"; }

std::string turnJson(std::string_view role, std::string_view content) {
    return R"({"role":)" + quotedJson(role) + R"(,"content":)" + quotedJson(content) + "}";
}

// Some clients send an empty system turn each time, which the upstream refuses; and some versions have
// no system role, so there it becomes something said and understood.
std::string rewritten(const ModelRequest& request, Support systemRole) {
    std::string dialog;
    const auto add = [&](const std::string& turn) { dialog += (dialog.empty() ? "" : ",") + turn; };
    for (std::uint64_t i = 0; i < request.turnCount; ++i) {
        const Turn& turn = request.turns[i];
        if (isSystem(turn) && turn.content.size == 0) continue;
        if (!isSystem(turn) || systemRole != Support::no) {
            add(turnJson(turn.role, turn.content));
            continue;
        }
        add(turnJson("user", turn.content));
        add(turnJson("assistant", "好的，我会遵守。"));
    }
    return "[" + dialog + "]";
}

std::string dialogOf(const ModelRequest& request, Support systemRole) {
    const bool mustChange = std::any_of(request.turns, request.turns + request.turnCount, [&](const Turn& turn) {
        return isSystem(turn) && (turn.content.size == 0 || systemRole == Support::no);
    });
    return mustChange ? rewritten(request, systemRole) : std::string(std::string_view(request.dialog));
}

std::string toolsOf(WebSearch search) {
    if (search == WebSearch::unsaid) return "";
    return std::string(R"(,"tools":[{"type":"web_search","web_search":{"enable":)") +
           (search == WebSearch::on ? "true" : "false") + R"(,"show_ref_label":false,"search_mode":"normal"}}])";
}

}  // namespace

std::string chatQuestion(const ChatSettings& settings, const std::string& appId, const ModelRequest& request) {
    return chatRequest(settings.parameters, appId, request.user,
                       {dialogOf(request, settings.systemRole), toolsOf(settings.webSearch)});
}

}  // namespace aiproject::iflytek
