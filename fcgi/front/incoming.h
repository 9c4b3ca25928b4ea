// A connection and its request, as far as that has come. What comes at once stays in the socket, for libfcgi to read
// there; what comes in parts is read and kept here until it is whole, so that libfcgi never waits for a peer.
#pragma once

#include "base/file_descriptor.h"
#include "front/incoming_request.h"
#include "front/request_in_progress.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace aiproject {

class Incoming {
public:
    using Clock = std::chrono::steady_clock;
    // Why no more of it is waited for; none: it is.
    enum class End { none, whole, broken, left, late, crowded };

    Incoming() = default;
    // Of a body that is longer only the length is kept.
    Incoming(FileDescriptor its, std::uint64_t mostBody) : connection(std::move(its)), mostBody_(mostBody) {
        if (connection) inProgress = RequestInProgress::begun();
    }

    // Looks at what is there, and waits for nothing. Reads no longer than a fair share.
    End read();
    std::size_t kept() const noexcept { return records_.size(); }

    // What libfcgi reads the request from: a descriptor with all of it, or, of one that is not whole or too long, with
    // its head and no body. Only when it has a head; once. Throws std::runtime_error when the system has none left.
    FileDescriptor readable();

    FileDescriptor connection;
    RequestInProgress inProgress;
    IncomingRequest request;
    Clock::time_point since = Clock::now();
    Clock::time_point ended = since;  // when `end` was found
    End end = End::none;

private:
    bool isAllThere();
    void take(std::string_view bytes);
    void keep(std::string_view bytes);
    End readMore();

    std::uint64_t mostBody_ = 0;
    bool isInSocket_ = false;
    bool isBodyKept_ = true;
    std::string records_;
};

}  // namespace aiproject
