// An HTTP/1.1 answer as aiproject/http_answer.h of the SDK reads it, with what the plugins here need of its head. Pure:
// no socket and no time.
#pragma once

#include "aiproject/http_answer.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

struct HttpHead {
    int status = 0;
    std::string contentType;      // lower case, without parameters
    std::string contentEncoding;  // lower case; empty: none
    std::string retryAfter;       // as the server wrote it
    std::string retryAfterMs;     // retry-after-ms, which some services send as well: it is finer
    std::string requestId;        // x-request-id, or the like
    std::string date;             // as the server wrote it
    bool keepsAlive = false;      // the connection may be used again once the answer is whole
};

class HttpAnswer {
public:
    // Takes from the front of `bytes` and answers the next piece of the body, which lies in them. Empty: `bytes` is
    // used up, or the answer is whole and what is left does not belong to it. Throws CallFailure (failed).
    std::string_view take(std::string_view& bytes);

    const HttpHead* head() const noexcept { return head_ ? &*head_ : nullptr; }  // null: it has not come
    bool isWhole() const noexcept { return answer_.isWhole(); }
    // The end of the connection ends the answer, too.
    bool endsWithConnection() const noexcept { return answer_.endsWithConnection(); }

private:
    http::Answer answer_;
    std::optional<HttpHead> head_;
};

}  // namespace aiproject::outbound
