// How a call to an upstream fails: thrown anywhere below generate(), turned into a status at its edge.
#pragma once

#include "aiproject/edge.h"
#include "aiproject/imodel.h"

#include <Poco/Exception.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace aiproject::outbound {

class CallFailure : public std::runtime_error {  // what(): for the log
public:
    // `forClient` only with badInput and inputTooLarge.
    CallFailure(ModelStatus status, const std::string& forLog, std::string forClient = {})
        : std::runtime_error(forLog), status_(status), forClient_(std::move(forClient)) {}

    ModelStatus status() const noexcept { return status_; }
    const std::string& forClient() const noexcept { return forClient_; }
    // The upstream wants to be left alone for so long; 0: it has not said.
    std::chrono::milliseconds retryAfter() const noexcept { return retryAfter_; }
    void setRetryAfter(std::chrono::milliseconds wish) noexcept { retryAfter_ = wish; }

private:
    ModelStatus status_;
    std::string forClient_;
    std::chrono::milliseconds retryAfter_{0};
};

// Runs the body of generate() and reports what it throws.
template <class Work>
ModelStatus answerAtEdge(IReply& reply, Work&& work) noexcept {
    return atEdge(reply, [&] {
        try {
            return work();
        } catch (const CallFailure& failure) {
            reply.explain(failure.what());
            if (!failure.forClient().empty()) reply.advise(std::string_view(failure.forClient()));
            if (failure.retryAfter().count() > 0) reply.retryAfter(std::uint32_t(failure.retryAfter().count()));
            return failure.status();
        } catch (const Poco::Exception& e) {
            throw std::runtime_error(e.displayText());  // its what() is only the class's name
        }
    });
}

}  // namespace aiproject::outbound
