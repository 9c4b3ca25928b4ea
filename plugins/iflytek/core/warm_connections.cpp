#include "iflytek/core/warm_connections.h"

#include "iflytek/core/connection.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace aiproject::iflytek {
namespace {

int pollTimeout(std::chrono::steady_clock::time_point until) {
    if (until == std::chrono::steady_clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

constexpr const char* kEndedOrTalked = "the upstream ended one that waited, or spoke unasked";

void endAll(std::vector<WarmConnection> connections) {
    for (auto& connection : connections) endConnection(connection.web.socket);
}

}  // namespace

// Lets the destructor end an opening, from another thread.
class WarmConnections::Opening {
public:
    explicit Opening(WarmConnections& owner) : owner_(owner) {
        const std::lock_guard lock(owner_.mutex_);
        owner_.opening_ = &guard;
        if (owner_.isOver_) guard.end();
    }
    ~Opening() {
        const std::lock_guard lock(owner_.mutex_);
        owner_.opening_ = nullptr;
    }
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;

    OpeningGuard guard;

private:
    WarmConnections& owner_;
};

WarmConnections::WarmConnections(Upstream upstream)
    : upstream_(std::move(upstream)), line_(upstream_.warm.connections, upstream_.warm.ttl) {}

WarmConnections::~WarmConnections() {
    {
        const std::lock_guard lock(mutex_);
        isOver_ = true;
        if (opening_) opening_->end();
    }
    if (thread_.joinable()) {
        wake();
        thread_.join();
    }
    endAll(line_.takeIf([](const WarmConnection&) { return true; }));
    if (wakeUp_ >= 0) ::close(wakeUp_);
}

void WarmConnections::start() noexcept {
    if (upstream_.warm.connections == 0) return;
    try {
        wakeUp_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (wakeUp_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
        thread_ = std::thread([this] { run(); });
    } catch (const std::exception& e) {
        giveUp(e);
    }
}

// Out of memory, descriptors or threads. Calls go on without.
void WarmConnections::giveUp(const std::exception& reason) noexcept {
    const std::lock_guard lock(mutex_);
    try {
        trouble_ = std::string("no warm connections until the worker is replaced: ") + reason.what();
    } catch (const std::bad_alloc&) {
        return;  // a line less
    }
}

std::optional<WarmConnection> WarmConnections::take(const Timeouts& timeouts) {
    if (upstream_.warm.connections == 0) return std::nullopt;
    connectMs_.store(timeouts.connectMs, std::memory_order_relaxed);
    for (;;) {
        std::unique_lock lock(mutex_);
        auto oldest = line_.takeOldest(Clock::now());
        lock.unlock();
        if (!oldest) return std::nullopt;
        const bool isAlive = isSilent(oldest->web.socket);
        if (isAlive) {
            lock.lock();
            line_.proved();
            lock.unlock();
        } else {
            lost(kEndedOrTalked);
        }
        wake();
        if (isAlive) return oldest;
    }
}

std::string WarmConnections::takeTrouble() {
    if (upstream_.warm.connections == 0) return {};
    const std::lock_guard lock(mutex_);
    return std::exchange(trouble_, {});
}

void WarmConnections::run() noexcept {
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

void WarmConnections::endOld() {
    std::unique_lock lock(mutex_);
    auto old = line_.takeOver(Clock::now());
    if (!old.empty()) line_.proved();
    lock.unlock();
    endAll(std::move(old));
}

void WarmConnections::openOne() {
    try {
        const std::uint32_t ms = connectMs_;
        Opening opening(*this);
        CallDeadlines deadlines(opening.guard, {ms, ms, ms, ms}, upstream_.endpoint.authority());
        WarmConnection opened{openConnection(upstream_, deadlines, opening.guard), opening.guard.note()};
        if (!isSilent(opened.web.socket)) return lost("the upstream ended it at once, or spoke unasked");
        const std::lock_guard lock(mutex_);
        line_.add(std::move(opened), Clock::now());
        trouble_.clear();
    } catch (const Poco::Exception& e) {
        lost(e.displayText());
    } catch (const std::exception& e) {
        lost(e.what());
    }
}

void WarmConnections::lost(const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    line_.lost(Clock::now());
    trouble_ = "no warm connection: " + trouble;
}

// Until one is taken, ends or is too old, or the pause after a loss is over.
void WarmConnections::waitForChange() {
    std::vector<pollfd> awaited{{wakeUp_, POLLIN, 0}};
    std::unique_lock lock(mutex_);
    const int timeout = pollTimeout(line_.nextChange());
    line_.each([&](const WarmConnection& waiting) {
        awaited.push_back({waiting.web.socket.impl()->sockfd(), POLLIN | POLLRDHUP, 0});
    });
    lock.unlock();
    if (::poll(awaited.data(), awaited.size(), timeout) <= 0) return;

    eventfd_t ignored = 0;
    ::eventfd_read(wakeUp_, &ignored);
    std::vector<int> ended;
    for (std::size_t i = 1; i < awaited.size(); ++i)
        if (awaited[i].revents != 0) ended.push_back(awaited[i].fd);
    if (!ended.empty()) endThoseWith(ended);
}

// One that was taken meanwhile is in the line no more; and a number that is still there is the same
// connection, for only this thread adds.
void WarmConnections::endThoseWith(const std::vector<int>& descriptors) {
    std::unique_lock lock(mutex_);
    auto ended = line_.takeIf([&](const WarmConnection& waiting) {
        return std::find(descriptors.begin(), descriptors.end(), waiting.web.socket.impl()->sockfd()) !=
               descriptors.end();
    });
    lock.unlock();
    if (!ended.empty()) lost(kEndedOrTalked);
    endAll(std::move(ended));
}

bool WarmConnections::isOver() {
    const std::lock_guard lock(mutex_);
    return isOver_;
}

bool WarmConnections::mayOpen() {
    const std::lock_guard lock(mutex_);
    return line_.mayOpen(Clock::now());
}

void WarmConnections::wake() const { ::eventfd_write(wakeUp_, 1); }

}  // namespace aiproject::iflytek
