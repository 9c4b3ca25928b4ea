#include "upstream/http_stream.h"

#include "upstream/failure.h"

#include <array>
#include <utility>

namespace aiproject::outbound {

HttpStream::HttpStream(AskedHttp asked, std::shared_ptr<KeptLinks> links)
    : link_(std::move(asked.link)),
      links_(std::move(links)),
      broke_(std::move(asked.broke)),
      hasWaited_(asked.hasWaited) {}

Step HttpStream::advance(IReply& reply) noexcept {
    Next next = Next::over;
    status_ = answerAtEdge(reply, [&] { return readOnce(reply, next); });
    if (status_ != ModelStatus::streaming) return Next::over;
    return {next, patienceMs()};
}

void HttpStream::destroy() noexcept {
    if (isKept_) links_->keep(std::move(link_), std::move(answer_));
    delete this;
}

ModelStatus HttpStream::readOnce(IReply& reply, Next& next) {
    constexpr std::size_t longestTlsRecord = 16'384;
    std::array<char, longestTlsRecord> buffer;  // on the stack, since a stream that waits needs none
    Moved got{0, Next::over};
    try {
        got = link_->receive(buffer.data(), buffer.size());
    } catch (const LinkFault& fault) {
        return lost("the connection to the upstream broke: " + std::string(fault.what()), reply);
    }
    next = got.next;
    if (got.next == Next::over) return lost("the upstream ended the connection in the middle of its answer", reply);
    if (got.bytes > 0) return takeAll({buffer.data(), got.bytes}, reply);
    const bool isOver = patienceMs() != 0 && Clock::now() - lastByte_ >= std::chrono::milliseconds(patienceMs());
    return isOver ? end("", reply) : ModelStatus::streaming;
}

ModelStatus HttpStream::takeAll(std::string_view bytes, IReply& reply) {
    isAnswered_ = true;
    ModelStatus status = ModelStatus::streaming;
    while (!bytes.empty() && !answer_.isWhole() && status == ModelStatus::streaming) {
        std::string_view body;
        try {
            body = answer_.take(bytes);
        } catch (const CallFailure&) {
            if (patienceMs() == 0) throw;
            return end("", reply);  // nothing that matters was awaited
        }
        refuseTooLate();
        if (!body.empty()) status = take(body, reply);
    }
    if (patienceMs() != 0) lastByte_ = Clock::now();
    if (status == ModelStatus::streaming && answer_.isWhole()) {
        isKept_ = head().keepsAlive && bytes.empty();
        return end("", reply);
    }
    if (status != ModelStatus::ok) return status;
    isKept_ = isCleanBehindEnd(bytes);
    return status;
}

// The answer is whole by what stands in it, so what follows can only cost the connection.
bool HttpStream::isCleanBehindEnd(std::string_view bytes) {
    try {
        while (!bytes.empty() && !answer_.isWhole()) answer_.take(bytes);
    } catch (const CallFailure&) {
        return false;
    }
    return head().keepsAlive && bytes.empty();
}

// RFC 9110, 15.5.9: what a server says to a connection that has waited too long for a question, just as one comes.
void HttpStream::refuseTooLate() const {
    constexpr int requestTimeout = 408;
    if (hasWaited_ && answer_.head() && answer_.head()->status == requestTimeout)
        throw CallFailure(ModelStatus::stale, "on a kept connection: HTTP 408, it had waited too long");
}

ModelStatus HttpStream::lost(const std::string& how, IReply& reply) {
    if (hasWaited_ && !isAnswered_) throw CallFailure(ModelStatus::stale, "on a kept connection: " + how);
    const std::string sending = broke_.empty() ? "" : "; the question could not be sent: " + broke_;
    if (!answer_.head()) throw CallFailure(ModelStatus::unavailable, how + ", before its head was whole" + sending);
    return end(answer_.endsWithConnection() ? std::string() : how + sending, reply);
}

}  // namespace aiproject::outbound
