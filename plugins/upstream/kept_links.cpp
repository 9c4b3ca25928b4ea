#include "upstream/kept_links.h"

#include <array>
#include <utility>

namespace aiproject::outbound {

KeptLinks::KeptLinks(Peer peer, const IdleSettings& settings)
    : peer_(std::move(peer)), line_(settings.connections, settings.ttl) {}

std::unique_ptr<Link> KeptLinks::take() {
    for (;;) {
        std::unique_lock lock(mutex_);
        const auto old = line_.takeOver(Clock::now());
        auto oldest = line_.takeOldest(Clock::now());
        lock.unlock();  // before they are closed
        if (!oldest) return nullptr;
        if (isUsable(*oldest)) return std::move(oldest->link);
    }
}

void KeptLinks::keep(std::unique_ptr<Link> link, HttpAnswer answer) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        if (line_.mayOpen(Clock::now())) line_.add({std::move(link), std::move(answer)}, Clock::now());
    } catch (const std::exception&) {
        return;  // no memory for it: it is closed
    }
}

bool KeptLinks::isUsable(Kept& kept) noexcept {
    constexpr int mostReads = 16;  // of what ends an answer; one that goes on and on is no end
    try {
        std::array<char, 1'024> buffer{};
        for (int i = 0; i < mostReads; ++i) {
            const Moved got = kept.link->receive(buffer.data(), buffer.size());
            if (got.bytes == 0) return got.next != Next::over && kept.answer.isWhole();
            std::string_view bytes(buffer.data(), got.bytes);
            while (!bytes.empty() && !kept.answer.isWhole()) kept.answer.take(bytes);
            if (!bytes.empty()) return false;  // said without a question
        }
    } catch (const std::exception&) {
        return false;
    }
    return false;
}

}  // namespace aiproject::outbound
