#include "base/json_text.h"
#include "routes/routes.h"

namespace aiproject {

void health(Context& context) {
    const std::vector<std::string> reasons = context.services.unreadiness();
    std::string list;
    for (const auto& reason : reasons) list += (list.empty() ? "" : ",") + jsonText(reason);
    const bool isReady = reasons.empty();
    const std::string ready = isReady ? "true" : "false";
    sendJson(context.exchange, isReady ? 200 : 503,
             R"({"live":true,"ready":)" + ready + R"(,"reasons":[)" + list + "]}");
    if (isReady)
        context.record.level = LogLevel::debug;
    else
        context.record.reason = list;
}

void liveness(Context& context) {
    sendJson(context.exchange, 200, R"({"live":true})");
    context.record.level = LogLevel::debug;
}

}  // namespace aiproject
