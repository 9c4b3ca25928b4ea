#include "upstream/call.h"

#include <Poco/Exception.h>

#include <utility>

namespace aiproject::outbound {
namespace {

using Poco::Net::WebSocket;

void explainUnlessEmpty(IReply& reply, const std::string& reason) {
    if (!reason.empty()) reply.explain(std::string_view(reason));
}

// Nothing: it had died, and there is time for another.
std::optional<ModelStatus> tryOn(OpenWebSocket warm, Deadlines& deadlines, IReply& reply, const Converse& converse) {
    explainUnlessEmpty(reply, warm.note);
    Call call(std::move(warm), deadlines);
    try {
        return converse(call);
    } catch (const CallFailure& failure) {
        if (failure.status() != ModelStatus::unavailable || call.isAnswered() || reply.stop() != Stop::none ||
            deadlines.connectTimeLeft().count() == 0)
            throw;
        reply.explain(
            std::string_view("asked again on a new connection, since on a warm one " + std::string(failure.what())));
        return std::nullopt;
    }
}

}  // namespace

Call::Call(OpenWebSocket web, Deadlines& deadlines) : web_(std::move(web)), deadlines_(deadlines) {}

OpenWebSocket Call::release() {
    deadlines_.withdraw();
    return std::move(web_);
}

Call::~Call() {
    if (web_.below.isNull()) return;
    deadlines_.withdraw();
    endWebSocket(web_, goodbye_);
}

void Call::send(const std::string& message, Phase phase) {
    deadlines_.enter(phase, descriptor());
    try {
        web_.socket.sendFrame(message.data(), static_cast<int>(message.size()), WebSocket::FRAME_TEXT);
    } catch (const Poco::Exception& e) {
        deadlines_.fail(ModelStatus::unavailable,
                        "the connection to the upstream broke while sending: " + e.displayText());
    }
}

std::string_view Call::receive(Phase next) {
    std::optional<std::string_view> message;
    while (!message) message = receiveFrame();
    deadlines_.enter(next, descriptor());
    return *message;
}

std::optional<std::string_view> Call::receiveFrame() {
    deadlines_.check();
    try {
        const auto message = takeFrame();
        isAnswered_ |= message.has_value();
        return message;
    } catch (const FrameFault& fault) {
        goodbye_ = fault.closeCode();
        deadlines_.fail(ModelStatus::failed, fault.what());
    } catch (const LinkFault& fault) {
        deadlines_.fail(ModelStatus::unavailable, "the connection to the upstream broke: " + std::string(fault.what()));
    } catch (const Poco::Exception& e) {
        deadlines_.fail(ModelStatus::unavailable, "the connection to the upstream broke: " + e.displayText());
    }
}

std::optional<std::string_view> Call::takeFrame() {
    if (held_.empty() && !fill()) ended();
    const auto frame = decoder_.take(held_);
    return frame ? take(*frame) : std::nullopt;
}

bool Call::fill() {
    rest_ = web_.below->takeRest();
    held_ = rest_;
    if (!held_.empty()) return true;
    const std::size_t got = receiveSome(web_.below->link(), buffer_.data(), buffer_.size(), web_.below->patience());
    held_ = {buffer_.data(), got};
    return got > 0;
}

bool Call::isReadable(std::chrono::milliseconds wait) const {
    return !held_.empty() || web_.below->hasBytes() ||
           waitFor(descriptor(), Next::readable, {std::chrono::steady_clock::now() + wait});
}

std::optional<std::string_view> Call::take(const Frame& frame) {
    switch (frame.kind) {
        case FrameKind::text: return frame.payload;
        case FrameKind::ping: answer(WebSocket::FRAME_OP_PONG, frame.payload); return std::nullopt;
        case FrameKind::pong: return std::nullopt;
        case FrameKind::close: closed(frame.payload);
    }
    return std::nullopt;
}

void Call::ended() const {
    deadlines_.fail(ModelStatus::unavailable, decoder_.isInsideFrame()
                                                  ? "the upstream broke off in the middle of a frame"
                                                  : "the upstream ended the connection before the end of the answer");
}

void Call::answer(int opcode, std::string_view payload) {
    web_.socket.sendFrame(payload.data(), static_cast<int>(payload.size()), WebSocket::FRAME_FLAG_FIN | opcode);
}

void Call::closed(std::string_view payload) {
    const CloseWords close = closeWordsOf(payload);
    std::string text = "the upstream closed with " + close.said;
    goodbye_ = close.answer;
    if (!goodbye_) {
        try {
            answer(WebSocket::FRAME_OP_CLOSE, payload);
        } catch (const Poco::Exception&) {
            text += ", and was gone at once";  // the close that it sent is what counts
        }
    }
    deadlines_.fail(ModelStatus::unavailable, text + " before the end of the answer" + close.fault);
}

ModelStatus callUpstream(IdleLinks& links, const ModelRequest& request, IReply& reply, const Converse& converse) {
    Deadlines deadlines(reply, request.timeouts, links.peer());
    const bool isFresh = request.freshConnection != 0;
    if (auto warm = isFresh ? std::nullopt : links.take(request.timeouts)) {
        if (const auto status = tryOn(std::move(*warm), deadlines, reply, converse)) return *status;
        deadlines.reconnect();
    }
    OpenWebSocket opened = links.open(deadlines);
    if (isFresh) reply.explain("asked again on a new connection");
    explainUnlessEmpty(reply, opened.note);
    Call call(std::move(opened), deadlines);
    explainUnlessEmpty(reply, links.takeTrouble());
    return converse(call);
}

OpenWebSocket askUpstream(IdleLinks& links, const ModelRequest& request, IReply& reply, const std::string& question) {
    std::optional<OpenWebSocket> asked;
    callUpstream(links, request, reply, [&](Call& call) {
        call.send(question, Phase::firstFrame);
        asked = call.release();
        return ModelStatus::streaming;
    });
    return std::move(*asked);
}

}  // namespace aiproject::outbound
