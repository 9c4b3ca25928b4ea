#include "routes/routes.h"

#include <Poco/JSON/Array.h>

namespace aiproject {
void health(Context& context) {
    const std::vector<std::string> reasons = context.services.unreadiness();
    Poco::JSON::Array list;
    for (const auto& reason : reasons) list.add(reason);
    Poco::JSON::Object body;
    body.set("live", true);
    body.set("ready", reasons.empty());
    body.set("reasons", list);
    sendJson(context.exchange, reasons.empty() ? 200 : 503, body);
}

void liveness(Context& context) {
    Poco::JSON::Object body;
    body.set("live", true);
    sendJson(context.exchange, 200, body);
}

}  // namespace aiproject
