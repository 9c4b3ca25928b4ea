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
    std::string request;
    // Without a copy in between: a picture's turns have 5 MB.
    request.reserve(body.turns.size() + body.more.size() + appId.size() + parameters.domain.size() + 256);
    request.append(R"({"header":{"app_id":)").append(quotedJson(appId));
    if (hasUser) request.append(R"(,"uid":)").append(quotedJson(user));
    request.append(R"(},"parameter":{"chat":{"domain":)").append(quotedJson(parameters.domain));
    request.append(R"(,"temperature":)");
    Poco::NumberFormatter::append(request, parameters.temperature);
    request.append(R"(,"top_k":)").append(std::to_string(parameters.topK));
    request.append(R"(,"max_tokens":)").append(std::to_string(parameters.maxTokens)).append(body.more);
    return request.append(R"(}},"payload":{"message":{"text":)").append(body.turns).append("}}}");
}

}  // namespace aiproject::iflytek
