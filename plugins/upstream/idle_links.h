// Connections of one model that are open before anybody asks: upgraded, they wait for their one question, so that a
// call need not wait for DNS, TCP, TLS and upgrade.
//
// THREADS  take() and open() from any thread; take() never waits for an opening. One thread of this object opens,
//          watches and replaces the waiting ones; it starts in start() and ends in the destructor.
#pragma once

#include "upstream/waiting_line.h"
#include "upstream/websocket.h"

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aiproject::outbound {

struct IdleSettings {
    std::size_t connections = 0;  // that wait for a question
    std::chrono::seconds ttl{50};
};

class IdleLinks {
public:
    // Opens one; called from many threads at once. Throws CallFailure. The WebSocket is not guarded.
    using Open = std::function<OpenWebSocket(Deadlines&)>;

    // `peer`: for logs.
    IdleLinks(Open open, std::string peer, const IdleSettings& settings);
    ~IdleLinks();  // ends at once what is being opened, except name resolution, and says goodbye to the others
    IdleLinks(const IdleLinks&) = delete;
    IdleLinks& operator=(const IdleLinks&) = delete;

    const std::string& peer() const { return peer_; }

    void start() noexcept;  // nothing happens when none are wanted
    // One that has been silent until now, so most likely is alive. Openings take the connect time of the calls.
    std::optional<OpenWebSocket> take(const Timeouts& timeouts);
    OpenWebSocket open(Deadlines& deadlines) const { return open_(deadlines); }
    // Why none could be opened or kept, once for each reason; else empty. For the log of a call that got none.
    std::string takeTrouble();

private:
    using Clock = std::chrono::steady_clock;

    void run() noexcept;
    void giveUp(const std::exception& reason) noexcept;
    void endOld();
    void openOne();
    void lost(const std::string& trouble);
    void waitForChange();
    void endThoseWith(const std::vector<int>& descriptors);
    bool isOver() const;
    bool mayOpen();

    const Open open_;
    const std::string peer_;
    const bool isWanted_;
    std::atomic<std::uint32_t> connectMs_{10'000};  // timeout.connect_ms, as the latest call had it
    // Eventfds, constant after start(): something has changed; the model ends, which stays readable.
    int changed_ = -1, over_ = -1;
    std::mutex mutex_;  // guards what follows; held for no I/O
    WaitingLine<OpenWebSocket> line_;
    std::string trouble_;
    std::thread thread_;  // of start() and the destructor
};

}  // namespace aiproject::outbound
