#include "upstream/conversation.h"

#include "upstream/chat_session.h"
#include "upstream/dictation_session.h"
#include "upstream/endings.h"
#include "upstream/handshake.h"
#include "upstream/json_text.h"
#include "upstream/openai/face.h"
#include "upstream/services.h"

#include <optional>

namespace aiproject::upstream {

namespace {

using Poco::Net::HTTPRequest;
using std::chrono::hours;

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

Conversation::Conversation(const Poco::Net::StreamSocket& socket, Parts parts)
    : wire_(socket), parts_(std::move(parts)), options_(parts_.options), fault_(parts_.fault) {}

void Conversation::run() noexcept {
    try {
        if (fault_.kind != FaultKind::refuseConnect) talk();
    } catch (const ConversationOver&) {  // before there was a record
    }
    wire_.close();
}

void Conversation::talk() {
    const auto head = wire_.readHead();
    const auto request = parseHead(head);
    if (!request) return;
    const auto path = pathOf(*request);
    const auto* endpoint = endpointAt(path);
    if (endpoint == nullptr && !request->has("Upgrade"))
        return openai::serve({wire_, options_, parts_.log, parts_.number, parts_.sid}, head, fault_, parts_.nextFault);
    Call call{};
    call.connection = parts_.number;
    call.service = endpoint != nullptr ? endpoint->service : Service::sparkChat;
    call.path = path;
    CallRecord record(parts_.log, call);
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
            dictate(parts, endpoint->service, parts_.sid, upgraded);
        converse(parts, *endpoint, parts_.sid);
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
