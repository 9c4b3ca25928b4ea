#include "upstream/idle_links.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace aiproject::outbound {
namespace {

int descriptorOf(const OpenWebSocket& web) { return web.below->link().descriptor(); }

constexpr const char* kEndedOrTalked = "the upstream closed an idle connection, or sent data before a question";

void endAll(std::vector<OpenWebSocket> connections) {
    for (auto& connection : connections) endWebSocket(connection);
}

}  // namespace

IdleLinks::IdleLinks(Open open, std::string peer, const IdleSettings& settings)
    : open_(std::move(open)),
      peer_(std::move(peer)),
      isWanted_(settings.connections > 0),
      line_(settings.connections, settings.ttl) {}

IdleLinks::~IdleLinks() {
    if (thread_.joinable()) {
        ::eventfd_write(over_, 1);
        thread_.join();
    }
    endAll(line_.takeIf([](const OpenWebSocket&) { return true; }));
    for (const int descriptor : {changed_, over_})
        if (descriptor >= 0) ::close(descriptor);
}

void IdleLinks::start() noexcept {
    if (!isWanted_) return;
    try {
        for (int* const descriptor : {&changed_, &over_}) {
            *descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
            if (*descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
        }
        thread_ = std::thread([this] { run(); });
    } catch (const std::exception& e) {
        giveUp(e);
    }
}

// Out of memory, descriptors or threads. Calls go on without.
void IdleLinks::giveUp(const std::exception& reason) noexcept {
    const std::lock_guard lock(mutex_);
    try {
        trouble_ = std::string("no warm connections until the worker is replaced: ") + reason.what();
    } catch (const std::bad_alloc&) {
        return;  // a line less
    }
}

std::optional<OpenWebSocket> IdleLinks::take(const Timeouts& timeouts) {
    if (!isWanted_) return std::nullopt;
    connectMs_.store(timeouts.connectMs, std::memory_order_relaxed);
    for (;;) {
        std::unique_lock lock(mutex_);
        auto oldest = line_.takeOldest(Clock::now());
        lock.unlock();
        if (!oldest) return std::nullopt;
        const bool isAlive = isSilent(*oldest);
        if (isAlive) {
            oldest->hasWaited = true;
            lock.lock();
            line_.proved();
            lock.unlock();
        } else {
            lost(kEndedOrTalked);
        }
        if (changed_ >= 0) ::eventfd_write(changed_, 1);
        if (isAlive) return oldest;
    }
}

std::string IdleLinks::takeTrouble() {
    if (!isWanted_) return {};
    const std::lock_guard lock(mutex_);
    return std::exchange(trouble_, {});
}

void IdleLinks::run() noexcept {
    try {
        while (!isOver()) {
            endOld();
            if (mayOpen())
                openOne();
            else
                waitForChange();
        }
    } catch (const std::exception& e) {
        giveUp(e);
    }
}

void IdleLinks::endOld() {
    std::unique_lock lock(mutex_);
    auto old = line_.takeOver(Clock::now());
    if (!old.empty()) line_.proved();
    lock.unlock();
    endAll(std::move(old));
}

void IdleLinks::openOne() {
    try {
        Deadlines deadlines(connectMs_, over_, peer_);
        OpenWebSocket opened = open_(deadlines);
        if (!isSilent(opened)) return lost("the upstream closed it at once, or sent data before a question");
        const std::lock_guard lock(mutex_);
        line_.add(std::move(opened), Clock::now());
        trouble_.clear();
    } catch (const Poco::Exception& e) {
        lost(e.displayText());
    } catch (const std::exception& e) {
        lost(e.what());
    }
}

void IdleLinks::lost(const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    line_.lost(Clock::now());
    trouble_ = "no warm connection: " + trouble;
}

// Until one is taken, ends or is too old, or the pause after a loss is over.
void IdleLinks::waitForChange() {
    std::vector<pollfd> awaited{{changed_, POLLIN, 0}, {over_, POLLIN, 0}};
    std::unique_lock lock(mutex_);
    const int timeout = pollTimeout(line_.nextChange());
    line_.each([&](const OpenWebSocket& waiting) {
        awaited.push_back({descriptorOf(waiting), POLLIN | POLLRDHUP, 0});
    });
    lock.unlock();
    if (::poll(awaited.data(), awaited.size(), timeout) <= 0) return;

    eventfd_t ignored = 0;
    ::eventfd_read(changed_, &ignored);
    std::vector<int> ended;
    for (std::size_t i = 2; i < awaited.size(); ++i)
        if (awaited[i].revents != 0) ended.push_back(awaited[i].fd);
    if (!ended.empty()) endThoseWith(ended);
}

// One that was taken meanwhile is in the line no more; and a number that is still there is the same
// connection, for only this thread adds.
void IdleLinks::endThoseWith(const std::vector<int>& descriptors) {
    std::unique_lock lock(mutex_);
    auto ended = line_.takeIf([&](const OpenWebSocket& waiting) {
        return std::find(descriptors.begin(), descriptors.end(), descriptorOf(waiting)) != descriptors.end();
    });
    lock.unlock();
    if (!ended.empty()) lost(kEndedOrTalked);
    endAll(std::move(ended));
}

bool IdleLinks::isOver() const {
    pollfd over{over_, POLLIN, 0};
    return ::poll(&over, 1, 0) > 0;
}

bool IdleLinks::mayOpen() {
    const std::lock_guard lock(mutex_);
    return line_.mayOpen(Clock::now());
}

}  // namespace aiproject::outbound
