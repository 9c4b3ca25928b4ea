#include "auth/hash_queue.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMaxWait{10};
constexpr int kMostWaiting = 32;  // at two hashes a second, more could not have their turn within kMaxWait anyway
constexpr int kLoginsInARow = 3;  // while a registration waits
constexpr std::size_t kMostNetworks = 4096;

Error refusalOf(const std::string& why, int seconds) {
    return {ErrorKind::tooManyRequests, why,
            "too many logins or registrations; please try again in " + std::to_string(seconds) + " s", seconds};
}

}  // namespace

HashLimits HashLimits::forThreads(int threads, int cores) {
    const int places = std::max(1, threads - std::max(1, threads / 4));
    const int atOnce = std::min(std::max(1, cores - 1), std::max(1, places / 2));
    return {atOnce, std::min(kMostWaiting, places - atOnce)};
}

struct HashQueue::Waiter {
    enum class State { waits, served, refused };

    const HashClient& client;
    State state = State::waits;
    std::condition_variable decided = {};
};

HashQueue::Turn::Turn(HashQueue& queue, const HashClient& client) : queue_(queue) {
    queue_.take(client);
    start_ = Clock::now();
}

HashQueue::Turn::~Turn() { queue_.giveBack(Clock::now() - start_); }

int HashQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return int(waiters_.size());
}

void HashQueue::take(const HashClient& client) {
    std::unique_lock lock(mutex_);
    if (running_ < limits_.atOnce) return begin(client.network, client.use);  // then nobody waits: serveNext()
    if (client.use == HashUse::strengthening) throw refusalOf("no free turn to strengthen a hash", secondsUntilFree());
    Waiter self{client};
    waiters_.push_back(&self);
    if (int(waiters_.size()) > limits_.waiting) refuseOne();
    self.decided.wait_for(lock, kMaxWait, [&] { return self.state != Waiter::State::waits; });
    if (self.state == Waiter::State::served) return;
    if (self.state == Waiter::State::refused)
        throw refusalOf("too many password hashes of " + client.network + " wait for their turn", secondsUntilFree());
    waiters_.remove(&self);
    throw refusalOf("no turn for a password hash within 10 s", secondsUntilFree());
}

void HashQueue::giveBack(Clock::duration lasted) {
    const std::lock_guard lock(mutex_);
    --running_;
    lastHash_ = lasted;
    serveNext();
}

// The one that arrived last, of the network with the most; a registration before a login.
void HashQueue::refuseOne() {
    const auto rank = [this](const Waiter* waiter) {
        return std::make_pair(countOf(waiter->client.network), waiter->client.use == HashUse::registration);
    };
    auto refused = waiters_.begin();
    for (auto at = waiters_.begin(); at != waiters_.end(); ++at)
        if (rank(*at) >= rank(*refused)) refused = at;
    (*refused)->state = Waiter::State::refused;
    (*refused)->decided.notify_one();
    waiters_.erase(refused);
}

void HashQueue::serveNext() {
    if (waiters_.empty()) return lastTurns_.clear();
    const bool isTurnOfLogins = loginsInARow_ < kLoginsInARow;
    const auto rank = [&](const Waiter* waiter) {
        const bool isLogin = waiter->client.use == HashUse::login;
        return std::make_pair(isLogin != isTurnOfLogins, lastTurnOf(waiter->client.network));
    };
    const auto next = std::min_element(waiters_.begin(), waiters_.end(), [&](const Waiter* left, const Waiter* right) {
        return rank(left) < rank(right);
    });
    Waiter& served = **next;
    waiters_.erase(next);
    begin(served.client.network, served.client.use);
    served.state = Waiter::State::served;
    served.decided.notify_one();
}

void HashQueue::begin(const std::string& network, HashUse use) {
    ++running_;
    if (lastTurns_.size() >= kMostNetworks) lastTurns_.clear();
    lastTurns_[network] = ++turns_;
    loginsInARow_ = use == HashUse::registration ? 0 : loginsInARow_ + 1;
}

std::size_t HashQueue::countOf(const std::string& network) const {
    const auto isOfIt = [&](const Waiter* waiter) { return waiter->client.network == network; };
    return std::size_t(std::count_if(waiters_.begin(), waiters_.end(), isOfIt));
}

std::uint64_t HashQueue::lastTurnOf(const std::string& network) const {
    const auto found = lastTurns_.find(network);
    return found == lastTurns_.end() ? 0 : found->second;
}

int HashQueue::secondsUntilFree() const {
    const double seconds =
        std::chrono::duration<double>(lastHash_).count() * double(waiters_.size() + 1) / limits_.atOnce;
    return std::clamp(int(seconds) + 1, 1, int(kMaxWait.count()));
}

}  // namespace aiproject
