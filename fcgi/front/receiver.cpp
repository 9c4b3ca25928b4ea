#include "front/receiver.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr int kEventsPerTurn = 64;
constexpr std::chrono::seconds kBetweenWords{10};

std::runtime_error cannotReceive() {
    return std::runtime_error(std::string("requests cannot be waited for: ") + std::strerror(errno) +
                              "; free descriptors or memory, or raise fs.epoll.max_user_watches");
}

bool watch(const FileDescriptor& epoll, int descriptor, void* what) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.ptr = what;
    return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

Receiver::Receiver(ReceiveLimits limits, Calls calls)
    : limits_(limits),
      calls_(std::move(calls)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      ownEpoll_("the epoll of incoming requests", epoll_.get()),
      ownBell_("the bell of incoming requests", bell_.get()) {
    if (!epoll_ || !bell_ || !watch(epoll_, bell_.get(), nullptr)) throw cannotReceive();
    thread_ = std::thread([this] { run(); });
}

Receiver::~Receiver() {
    ending_ = true;
    eventfd_write(bell_.get(), 1);
    thread_.join();
}

void Receiver::add(Incoming incoming) {
    try {
        const std::lock_guard lock(mutex_);
        arrivals_.emplace_back().incoming = std::move(incoming);
    } catch (const std::bad_alloc&) {  // this one goes, the others go on
        return calls_.gone();
    }
    if (eventfd_write(bell_.get(), 1) != 0 && errno != EAGAIN) endProcess("eventfd_write", errno);
}

void Receiver::run() {
    std::array<epoll_event, kEventsPerTurn> events;
    while (!ending_) {
        const int count = epoll_wait(epoll_.get(), events.data(), kEventsPerTurn, untilNextDeadline());
        if (count < 0 && errno != EINTR) endProcess("epoll_wait", errno);
        for (int i = 0; i < count; ++i) {
            auto* const entry = static_cast<Entry*>(events.at(std::size_t(i)).data.ptr);
            if (entry) readFrom(*entry);
        }
        // After the events, which name entries.
        takeArrivals();
        giveUpWhatIsTooMuch();
        say();
    }
}

int Receiver::untilNextDeadline() const {
    auto until = Clock::time_point::max();
    if (!entries_.empty()) until = entries_.front().incoming.since + limits_.whole;
    if (late_ + crowded_ > 0) until = std::min(until, nextWord_);
    if (until == Clock::time_point::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    return int(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

void Receiver::takeArrivals() {
    eventfd_t times = 0;
    if (eventfd_read(bell_.get(), &times) != 0 && errno != EAGAIN) endProcess("eventfd_read", errno);
    Entries arrivals;
    {
        const std::lock_guard lock(mutex_);
        arrivals.swap(arrivals_);
    }
    while (!arrivals.empty()) {
        Entry& entry = arrivals.front();
        entry.place = arrivals.begin();
        entries_.splice(entries_.end(), arrivals, entry.place);
        kept_ += entry.incoming.kept();
        if (!watch(epoll_, entry.incoming.connection.get(), &entry)) remove(entry, Incoming::End::crowded);
    }
}

void Receiver::readFrom(Entry& entry) {
    Incoming& incoming = entry.incoming;
    kept_ -= incoming.kept();
    const Incoming::End end = incoming.read();
    kept_ += incoming.kept();
    if (end != Incoming::End::none) remove(entry, end);
}

void Receiver::giveUpWhatIsTooMuch() {
    const auto begun = Clock::now() - limits_.whole;
    while (!entries_.empty() && entries_.front().incoming.since <= begun) remove(entries_.front(), Incoming::End::late);
    while (entries_.size() > limits_.most || (kept_ > limits_.kept && !entries_.empty()))
        remove(entries_.front(), Incoming::End::crowded);
}

void Receiver::remove(Entry& entry, Incoming::End why) {
    Incoming incoming = std::move(entry.incoming);
    kept_ -= incoming.kept();
    // On a busy machine the rest may have come by now.
    if (incoming.end == Incoming::End::none && incoming.read() != Incoming::End::none) why = incoming.end;
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, incoming.connection.get(), nullptr);
    entries_.erase(entry.place);
    if (incoming.end == Incoming::End::none) incoming.ended = Clock::now();  // it has not waited for a thread
    incoming.end = why;
    if (why == Incoming::End::late) ++late_;
    if (why == Incoming::End::crowded) ++crowded_;
    if (incoming.request.hasHead())
        calls_.come(std::move(incoming));
    else
        calls_.gone();
}

// No more than a line every few seconds, however many there are.
void Receiver::say() {
    const auto now = Clock::now();
    if (late_ + crowded_ == 0 || now < nextWord_) return;
    nextWord_ = now + kBetweenWords;
    const std::uint64_t late = std::exchange(late_, 0), crowded = std::exchange(crowded_, 0);
    if (!calls_.warn) return;
    const std::string advice =
        "; nginx sends a request at once: check what else writes to the pool's socket (its mode should be 0660)";
    if (late > 0)
        calls_.warn(std::to_string(late) + " requests did not come within timeout.receive_ms" + advice +
                    ", or raise timeout.receive_ms");
    if (crowded > 0)
        calls_.warn(std::to_string(crowded) + " requests were dropped before they had come: more than " +
                    std::to_string(limits_.most) + " came at once, or held more than " + std::to_string(limits_.kept) +
                    " bytes, and the oldest are dropped first" + advice);
}

}  // namespace aiproject
