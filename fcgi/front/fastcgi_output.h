// What goes back to the web server: FastCGI records (specification 1.0, sections 3.3, 5.3 and 5.5) in as few writes as
// can be. libfcgi's own output keeps 8.5 KiB for each request and calls an error success when it is asked again.
//
// WAITING  At first a write takes as long as the peer does (SO_SNDTIMEO). After neverWait() it never blocks: bytes that
//          the connection does not take are kept here, in order, until sendUnsent(). Nothing is allocated while nothing
//          is unsent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

struct msghdr;

namespace aiproject {

class FastcgiOutput {
public:
    // Borrows the connection.
    FastcgiOutput(int connection, std::uint16_t request) noexcept : connection_(connection), request_(request) {}

    void neverWait() noexcept { waits_ = false; }
    void waitAgain() noexcept { waits_ = true; }

    // Goes out with what comes next.
    void hold(std::string bytes) {
        if (held_.empty())
            held_ = std::move(bytes);
        else
            held_ += bytes;
    }
    // False: the peer has left, or took nothing in its time, or the output has ended. From then on it gets nothing
    // more. While bytes are unsent, new ones are added to them without a system call.
    bool write(std::string_view bytes);
    // Ends the request; nothing may follow. Only the first call counts.
    bool end();
    // Instead: a record that breaks the protocol follows what is unsent. nginx takes a connection that just closes for
    // the end of a whole answer, but breaks off the client's for such a record.
    void abandon();

    std::size_t unsent() const noexcept { return outbox_.size() - outboxSent_; }
    // One system call, if anything is unsent. False: the peer has left, and what was unsent is dropped.
    bool sendUnsent();

private:
    enum class State : std::uint8_t { open, ended, lost };

    bool send(std::string_view content, std::string_view after = {});
    bool pass(msghdr& message);
    void keep(const msghdr& message);
    bool lose() noexcept;

    const int connection_;
    const std::uint16_t request_;
    State state_ = State::open;
    bool waits_ = true;
    std::string held_;    // content, not yet in a record
    std::string outbox_;  // records and parts of them
    std::size_t outboxSent_ = 0;
};

}  // namespace aiproject
