#include "iflytek/core/chat_request.h"

#include "iflytek/core/core_settings.h"
#include "iflytek/core/json_reading.h"

#include <Poco/NumberFormatter.h>

namespace aiproject::iflytek {

ChatParameters chatParametersOf(const ISettings& settings) {
    return {settingText(settings, "domain"), settings.number("temperature"), settings.integer("top_k"),
            settings.integer("max_tokens"), settingText(settings, "uid") == "none" ? UserId::withheld : UserId::sent};
}

std::string chatRequest(const ChatParameters& parameters, const std::string& appId, Text user, const ChatBody& body) {
    const bool hasUser = parameters.userId == UserId::sent && user.size > 0;
    std::string request = R"({"header":{"app_id":)" + quotedJson(appId);
    if (hasUser) request += R"(,"uid":)" + quotedJson(user);
    request += R"(},"parameter":{"chat":{"domain":)" + quotedJson(parameters.domain);
    request += R"(,"temperature":)" + Poco::NumberFormatter::format(parameters.temperature);
    request += R"(,"top_k":)" + std::to_string(parameters.topK);
    request += R"(,"max_tokens":)" + std::to_string(parameters.maxTokens) + body.more;
    request += R"(}},"payload":{"message":{"text":)";
    // Without a copy in between: a picture's turns have 5 MB.
    request.reserve(request.size() + body.turns.size() + 3);
    return request.append(body.turns).append("}}}");
}

}  // namespace aiproject::iflytek
