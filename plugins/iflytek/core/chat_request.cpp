#include "iflytek/core/chat_request.h"

#include "iflytek/core/core_settings.h"
#include "iflytek/core/json_reading.h"

#include <Poco/NumberFormatter.h>

namespace aiproject::iflytek {

ChatParameters chatParametersOf(const ISettings& settings) {
    return {settingText(settings, "domain"), settings.number("temperature"), settings.integer("top_k"),
            settings.integer("max_tokens"), settingText(settings, "uid") == "none" ? UserId::withheld : UserId::sent};
}

ChatForm::ChatForm(const ChatParameters& parameters, const std::string& appId, const std::string& more)
    : beforeUser_(R"({"header":{"app_id":)" + quotedJson(appId)),
      behindUser_(R"(},"parameter":{"chat":{"domain":)" + quotedJson(parameters.domain)),
      values_(valuesOf(parameters)),
      behindValues_(more + R"(}},"payload":{"message":{"text":)"),
      userId_(parameters.userId) {}

std::string ChatForm::valuesOf(const ChatParameters& parameters) {
    return R"(,"temperature":)" + Poco::NumberFormatter::format(parameters.temperature) + R"(,"top_k":)" +
           std::to_string(parameters.topK) + R"(,"max_tokens":)" + std::to_string(parameters.maxTokens);
}

std::string ChatForm::filled(Text user, std::initializer_list<std::string_view> turns,
                             const std::optional<ChatParameters>& values) const {
    constexpr std::string_view uid = R"(,"uid":)", end = "}}}";
    const bool hasUser = userId_ == UserId::sent && user.size > 0;
    const std::string name = hasUser ? quotedJson(user) : std::string();
    const std::string asked = values ? valuesOf(*values) : std::string();
    const std::string_view own = values ? std::string_view(asked) : values_;
    std::size_t size = beforeUser_.size() + uid.size() + name.size() + behindUser_.size() + own.size() +
                       behindValues_.size() + end.size();
    for (const std::string_view piece : turns) size += piece.size();

    std::string request;
    request.reserve(size);  // a picture's turns have 5 MB
    request += beforeUser_;
    if (hasUser) (request += uid) += name;
    ((request += behindUser_) += own) += behindValues_;
    for (const std::string_view piece : turns) request += piece;
    request += end;
    return request;
}

}  // namespace aiproject::iflytek
