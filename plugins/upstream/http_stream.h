// An answer that comes over HTTP, as the host follows it: one read for each advance(), without blocking, and all that
// came with it. Time is the host's, so a stream knows no deadline.
#pragma once

#include "aiproject/imodel.h"
#include "upstream/http_answer.h"
#include "upstream/http_question.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aiproject::outbound {

class HttpStream : public IStream {
public:
    HttpStream(const HttpStream&) = delete;
    HttpStream& operator=(const HttpStream&) = delete;

    int descriptor() const noexcept final { return link_->descriptor(); }
    Step advance(IReply& reply) noexcept final;
    ModelStatus status() const noexcept final { return status_; }
    void destroy() noexcept final;

protected:
    // The question has been sent. The connection goes to `links` when the answer was read to its end.
    HttpStream(AskedHttp asked, std::shared_ptr<KeptLinks> links);
    virtual ~HttpStream() = default;

    // The next piece of the body, which is there until this returns. Answers how the answer has ended, or `streaming`.
    // May throw CallFailure, as end() may.
    virtual ModelStatus take(std::string_view body, IReply& reply) = 0;
    // No more comes. `fault` says how the body was cut; empty: it is whole by its framing.
    virtual ModelStatus end(const std::string& fault, IReply& reply) = 0;
    // Not 0: so long after the last byte end() is called, for nothing that matters is awaited.
    virtual std::uint32_t patienceMs() const noexcept { return 0; }

    const HttpHead& head() const noexcept { return *answer_.head(); }  // of take() and end()

private:
    using Clock = std::chrono::steady_clock;

    ModelStatus readOnce(IReply& reply, Next& next);
    ModelStatus takeAll(std::string_view bytes, IReply& reply);
    bool isCleanBehindEnd(std::string_view bytes);
    void refuseTooLate() const;
    ModelStatus lost(const std::string& how, IReply& reply);

    std::unique_ptr<Link> link_;
    const std::shared_ptr<KeptLinks> links_;
    HttpAnswer answer_;
    const std::string broke_;  // while the question was sent
    const bool hasWaited_;
    Clock::time_point lastByte_;  // noted while patience has an end
    bool isAnswered_ = false;     // a byte has come
    bool isKept_ = false;         // nothing stands against another question on the connection
    ModelStatus status_ = ModelStatus::streaming;
};

}  // namespace aiproject::outbound
