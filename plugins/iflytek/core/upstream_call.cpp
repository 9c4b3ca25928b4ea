#include "iflytek/core/upstream_call.h"

#include "iflytek/core/connection.h"

namespace aiproject::iflytek {
namespace {

void explainUnlessEmpty(IReply& reply, const std::string& reason) {
    if (!reason.empty()) reply.explain(std::string_view(reason));
}

// Nothing: it had died, and there is time for another.
std::optional<ModelStatus> tryOn(const WarmConnection& warm, CallDeadlines& deadlines, IReply& reply,
                                 const Converse& converse) {
    explainUnlessEmpty(reply, warm.note);
    UpstreamLink link(warm.web, deadlines);
    try {
        return converse(link);
    } catch (const CallFailure& failure) {
        if (failure.status() != ModelStatus::unavailable || link.isAnswered() || reply.stop() != Stop::none ||
            deadlines.connectTimeLeft().count() == 0)
            throw;
        reply.explain(
            std::string_view("asked again on a new connection, since on a warm one " + std::string(failure.what())));
        return std::nullopt;
    }
}

}  // namespace

ModelStatus callUpstream(WarmConnections& connections, const Timeouts& timeouts, IReply& reply,
                         const Converse& converse) {
    const Upstream& upstream = connections.upstream();
    CallDeadlines deadlines(reply, timeouts, upstream.endpoint.authority());
    if (auto warm = connections.take(timeouts)) {
        if (const auto status = tryOn(*warm, deadlines, reply, converse)) return *status;
        deadlines.reconnect();
    }
    UpstreamLink link(openConnection(upstream, deadlines, reply), deadlines);
    explainUnlessEmpty(reply, connections.takeTrouble());
    return converse(link);
}

}  // namespace aiproject::iflytek
