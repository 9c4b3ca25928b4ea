#include "upstream/conversation.h"

#include "upstream/chat_session.h"
#include "upstream/dictation_session.h"
#include "upstream/endings.h"
#include "upstream/handshake.h"
#include "upstream/json_text.h"
#include "upstream/services.h"

#include <Poco/Exception.h>

#include <optional>
#include <sstream>

namespace aiproject::upstream {

namespace {

using Poco::Net::HTTPRequest;
using std::chrono::hours;

// Nothing: this is no HTTP.
std::optional<HTTPRequest> parse(const std::string& head) {
    try {
        HTTPRequest request;
        std::istringstream stream(head);
        request.read(stream);
        return request;
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::optional<HttpRefusal> check(const HTTPRequest& request, const Endpoint* endpoint, const Options& options) {
    if (endpoint == nullptr) return HttpRefusal{404, "not found", "no such path"};
    if (auto refusal = checkUpgrade(request)) return refusal;
    return checkSignature(request, options, Poco::Timestamp());
}

// What a fault answers instead of an upgrade; an empty message: the fault's own text.
std::optional<HttpRefusal> refusalBy(const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::httpStatus: return HttpRefusal{fault.code != 0 ? fault.code : 503, "", ""};
        case FaultKind::wrongSignature: return wrongSignature("");
        case FaultKind::skewedClock: return wrongDate("");
        default: return std::nullopt;
    }
}

std::string bodyOf(const std::string& message) { return textOf(members({{"message", message}})); }

}  // namespace

Conversation::Conversation(const Poco::Net::StreamSocket& socket, const Options& options, Fault fault, CallLog& log,
                           std::string sid)
    : wire_(socket), options_(options), fault_(std::move(fault)), log_(log), sid_(std::move(sid)) {}

void Conversation::run() noexcept {
    try {
        if (fault_.kind != FaultKind::refuseConnect) talk();
    } catch (const ConversationOver&) {  // before there was a record
    }
    wire_.close();
}

void Conversation::talk() {
    const auto request = parse(wire_.readHead());
    if (!request) return;
    const auto path = pathOf(*request);
    const auto* endpoint = endpointAt(path);
    Call call{};
    call.service = endpoint != nullptr ? endpoint->service : Service::sparkChat;
    call.path = path;
    CallRecord record(log_, call);
    try {
        serve(record, *request);
    } catch (const ConversationOver&) {  // the one way out
    } catch (const std::exception& e) {
        record.update([&](Call& one) { one.violation = std::string("the simulator itself failed: ") + e.what(); });
    }
    wire_.close();
    record.update([](Call& one) { one.ended = true; });
}

void Conversation::serve(CallRecord& record, const HTTPRequest& request) {
    const auto* endpoint = endpointAt(pathOf(request));
    if (fault_.kind == FaultKind::hangBeforeUpgrade) wire_.rest(hours(24));
    if (const auto refusal = refusalBy(fault_))
        return refuse(refusal->status, refusal->message.empty() ? fault_.text : bodyOf(refusal->message));
    if (const auto refusal = check(request, endpoint, options_)) {
        record.update([&](Call& call) { call.violation = std::to_string(refusal->status) + " " + refusal->violation; });
        return refuse(refusal->status, bodyOf(refusal->message));
    }

    record.update([&](Call& call) { call.resumedTls = wire_.isResumed(); });
    const auto upgraded = Pacing::Clock::now();
    wire_.write(switchingProtocols(request));
    WebSocketPeer peer(wire_, record);
    const Outlet::Parts parts{peer, record, options_, fault_};
    try {
        if (endpoint->service == Service::iat || endpoint->service == Service::largeIat)
            dictate(parts, endpoint->service, sid_, upgraded);
        converse(parts, *endpoint, sid_);
    } catch (const FramingError& error) {
        record.update([&](Call& call) { call.violation = std::to_string(error.closeCode) + " " + error.reason; });
        peer.close(error.closeCode, error.reason);
    }
}

void Conversation::refuse(int status, const std::string& body) {
    wire_.write(httpAnswer(status, body));
    wire_.rest(std::chrono::seconds(1));  // so that closing cannot overtake the answer
}

}  // namespace aiproject::upstream
