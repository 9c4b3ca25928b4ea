// Connections of one model that have answered over HTTP and wait for the next question.
//
// THREADS  From any thread. There is no thread here: those that have waited too long, or that the upstream
//          has ended, are closed when the next question comes, so at most as many stay as the settings say.
#pragma once

#include "upstream/endpoint.h"
#include "upstream/http_answer.h"
#include "upstream/idle_links.h"
#include "upstream/link.h"
#include "upstream/waiting_line.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aiproject::outbound {

class KeptLinks {
public:
    KeptLinks(Peer peer, const IdleSettings& settings);

    const Peer& peer() const { return peer_; }
    std::string name() const { return peer_.endpoint.authority(); }  // for logs

    // One whose answer is whole, and on which nothing else has come. Null: there is none. One whose answer still lacks
    // its end stays for the next question, for a second.
    std::unique_ptr<Link> take();
    // `answer` was used as far as it matters, and what ends it may still come: a server often sends that a moment
    // later, and no client should wait for it.
    void keep(std::unique_ptr<Link> link, HttpAnswer answer) noexcept;

private:
    using Clock = std::chrono::steady_clock;
    struct Kept {
        std::unique_ptr<Link> link;
        HttpAnswer answer;
        Clock::time_point since;
    };
    enum class Use { usable, unfinished, over };
    static Use lookAt(Kept& kept) noexcept;
    void putBack(std::vector<Kept>& unfinished);

    const Peer peer_;
    std::mutex mutex_;  // guards what follows; held for no I/O
    WaitingLine<Kept> line_;
};

}  // namespace aiproject::outbound
