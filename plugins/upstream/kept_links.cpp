#include "upstream/kept_links.h"

#include <array>
#include <utility>

namespace aiproject::outbound {

KeptLinks::KeptLinks(Peer peer, const IdleSettings& settings)
    : peer_(std::move(peer)), line_(settings.connections, settings.ttl) {}

std::unique_ptr<Link> KeptLinks::take() {
    std::vector<Kept> unfinished;
    std::unique_ptr<Link> usable;
    while (!usable) {
        std::unique_lock lock(mutex_);
        const auto old = line_.takeOver(Clock::now());
        auto oldest = line_.takeOldest(Clock::now());
        lock.unlock();  // before they are closed
        if (!oldest) break;
        const Use use = lookAt(*oldest);
        if (use == Use::usable) usable = std::move(oldest->link);
        if (use == Use::unfinished) unfinished.push_back(std::move(*oldest));
    }
    putBack(unfinished);
    return usable;
}

// An answer that has no end after this time will not get one.
void KeptLinks::putBack(std::vector<Kept>& unfinished) {
    constexpr std::chrono::seconds patience{1};
    if (unfinished.empty()) return;
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    for (Kept& kept : unfinished)
        if (now - kept.since < patience && line_.mayOpen(now)) line_.add(std::move(kept), now);
}

void KeptLinks::keep(std::unique_ptr<Link> link, HttpAnswer answer) noexcept {
    try {
        const auto now = Clock::now();
        const std::lock_guard lock(mutex_);
        if (line_.mayOpen(now)) line_.add({std::move(link), std::move(answer), now}, now);
    } catch (const std::exception&) {
        return;  // no memory for it: it is closed
    }
}

KeptLinks::Use KeptLinks::lookAt(Kept& kept) noexcept {
    constexpr int mostReads = 16;  // of what ends an answer; one that goes on and on is no end
    try {
        std::array<char, 1'024> buffer{};
        for (int i = 0; i < mostReads; ++i) {
            const Moved got = kept.link->receive(buffer.data(), buffer.size());
            if (got.next == Next::over) return Use::over;
            if (got.bytes == 0) return kept.answer.isWhole() ? Use::usable : Use::unfinished;
            std::string_view bytes(buffer.data(), got.bytes);
            while (!bytes.empty() && !kept.answer.isWhole()) kept.answer.take(bytes);
            if (!bytes.empty()) return Use::over;  // said without a question
        }
    } catch (const std::exception&) {
        return Use::over;
    }
    return Use::over;
}

}  // namespace aiproject::outbound
