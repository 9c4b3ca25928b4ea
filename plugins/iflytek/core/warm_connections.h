// Connections of one model that are open before anybody asks: signed and upgraded, they wait for their one
// question, so that a call need not wait for DNS, TCP, TLS and upgrade.
//
// THREADS  take() from any thread; it never waits for an opening. One thread of this object opens, watches
//          and replaces the waiting ones; it starts in start() and ends in the destructor.
#pragma once

#include "iflytek/core/core_settings.h"
#include "iflytek/core/handshake.h"
#include "iflytek/core/opening_guard.h"
#include "iflytek/core/waiting_line.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aiproject::iflytek {

struct WarmConnection {
    OpenWebSocket web;
    std::string note;  // for the log of the call that uses it; mostly empty
};

class WarmConnections {
public:
    explicit WarmConnections(Upstream upstream);
    ~WarmConnections();  // ends at once what is being opened, except name resolution, and says goodbye to the others
    WarmConnections(const WarmConnections&) = delete;
    WarmConnections& operator=(const WarmConnections&) = delete;

    const Upstream& upstream() const { return upstream_; }

    void start() noexcept;  // nothing happens when none are wanted
    // One that has been silent until now, so most likely is alive. Openings take the connect time of the calls.
    std::optional<WarmConnection> take(const Timeouts& timeouts);
    // Why none could be opened or kept, once for each reason; else empty. For the log of a call that got none.
    std::string takeTrouble();

private:
    using Clock = std::chrono::steady_clock;
    class Opening;

    void run() noexcept;
    void giveUp(const std::exception& reason) noexcept;
    void endOld();
    void openOne();
    void lost(const std::string& trouble);
    void waitForChange();
    void endThoseWith(const std::vector<int>& descriptors);
    bool isOver();
    bool mayOpen();
    void wake() const;

    const Upstream upstream_;
    std::atomic<std::uint32_t> connectMs_{10'000};  // timeout.connect_ms, as the latest call had it
    int wakeUp_ = -1;                               // an eventfd; constant after start()
    std::mutex mutex_;                              // guards what follows; held for no I/O
    WaitingLine<WarmConnection> line_;
    std::string trouble_;
    OpeningGuard* opening_ = nullptr;  // of the opening in progress
    bool isOver_ = false;
    std::thread thread_;  // of start() and the destructor
};

}  // namespace aiproject::iflytek
