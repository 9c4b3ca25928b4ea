// An HTTP/1.1 answer out of bytes, however they are cut: its head, and its body as RFC 9112, 6 frames it. Interim
// answers (1xx) are skipped. Pure: no socket and no time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

constexpr std::size_t kMaxHeadBytes = 64UL * 1024;  // of a head, and of what follows the last chunk

struct HttpHead {
    int status = 0;
    std::string contentType;      // lower case, without parameters
    std::string contentEncoding;  // lower case; empty: none
    std::string retryAfter;       // as the server wrote it
    std::string retryAfterMs;     // retry-after-ms, which some services send as well: it is finer
    std::string requestId;        // x-request-id, or the like
    bool keepsAlive = false;      // the connection may be used again once the answer is whole
};

class HttpAnswer {
public:
    // Takes from the front of `bytes` and answers the next piece of the body, which lies in them. Empty: `bytes` is
    // used up, or the answer is whole and what is left does not belong to it. Throws CallFailure (failed).
    std::string_view take(std::string_view& bytes);

    const HttpHead* head() const noexcept { return head_ ? &*head_ : nullptr; }  // null: it has not come
    bool isWhole() const noexcept { return state_ == State::whole; }
    // The end of the connection ends the answer, too.
    bool endsWithConnection() const noexcept { return state_ == State::untilEnd; }

private:
    enum class State { head, counted, untilEnd, chunkSize, chunk, chunkEnd, trailer, whole };

    std::optional<std::string> takeLine(std::string_view& bytes);
    void takeLine(const std::string& line);
    void takeHead();
    void takeChunkSize(const std::string& line);
    std::string_view takeBody(std::string_view& bytes);

    State state_ = State::head;
    std::string line_;        // what has come of it
    std::string headText_;    // the lines of the head so far
    std::size_t lines_ = 0;   // their bytes, or those of the trailer
    std::uint64_t left_ = 0;  // bytes of the body, or of the chunk, that have not come
    std::optional<HttpHead> head_;
};

}  // namespace aiproject::outbound
