#include "host/reply_gate.h"

#include "base/error.h"
#include "base/own_descriptor.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace aiproject {
namespace {

// A gate is never freed. It is used again after so many later calls, and not at all once it was seen to be
// used after its own call: by then somebody keeps it. 64 bytes each.
constexpr std::size_t kRestingGates = 4'096;
constexpr std::size_t kMostAbandoned = 65'536;  // a plugin that does it in every call costs 4 MiB, not all

class alignas(64) Gate final : public IReply {
public:
    // In the thread that runs generate().
    void open(IReply& reply, LateUse* late) noexcept {
        reply_ = &reply;
        late_ = late;
        strays_ = 0;
        owner_.store(pthread_self(), std::memory_order_relaxed);
    }
    // True: it was used from another thread meanwhile.
    bool close() noexcept {
        owner_.store(kNobody, std::memory_order_relaxed);
        return strays_.exchange(0) != 0;
    }
    bool isKept() const noexcept { return strays_ != 0; }

    bool frame(Text json) noexcept override { return isOpen() && reply_->frame(json); }
    bool heldFrame(Text json) noexcept override { return isOpen() && reply_->heldFrame(json); }
    bool lastFrame(Text json) noexcept override { return isOpen() && reply_->lastFrame(json); }
    bool delta(Text content) noexcept override { return isOpen() && reply_->delta(content); }
    void usage(const Usage& usage) noexcept override {
        if (isOpen()) reply_->usage(usage);
    }
    void upstreamId(Text id) noexcept override {
        if (isOpen()) reply_->upstreamId(id);
    }
    void explain(Text reason) noexcept override {
        if (isOpen()) reply_->explain(reason);
    }
    void advise(Text sentence) noexcept override {
        if (isOpen()) reply_->advise(sentence);
    }
    void guard(int descriptor, std::uint32_t ms) noexcept override {
        if (isOpen()) reply_->guard(descriptor, ms);
    }
    Stop stop() noexcept override { return isOpen() ? reply_->stop() : Stop::totalExpired; }
    int clientDescriptor() const noexcept override { return isOpen() ? reply_->clientDescriptor() : -1; }

private:
    static constexpr pthread_t kNobody = 0;

    // Only its own thread ever finds itself here, so there is no moment between looking and passing on.
    bool isOpen() const noexcept {
        if (owner_.load(std::memory_order_relaxed) == pthread_self()) return true;
        strays_.fetch_add(1);
        LateUse* const late = late_;
        if (late && owner_.load() == kNobody) late->tell();
        return false;
    }

    std::atomic<pthread_t> owner_{kNobody};
    IReply* reply_ = nullptr;  // the owner's
    std::atomic<LateUse*> late_{nullptr};
    mutable std::atomic<std::uint32_t> strays_{0};
};

class Gates {
public:
    Gate& take() {
        const std::lock_guard lock(mutex_);
        while (resting_.size() > kRestingGates) {
            Gate& oldest = *resting_.front();
            resting_.pop_front();
            if (!oldest.isKept() || abandoned_.size() == kMostAbandoned) return oldest;
            abandoned_.push_back(&oldest);
        }
        return *new Gate;
    }
    void rest(Gate& gate) {
        const std::lock_guard lock(mutex_);
        resting_.push_back(&gate);
    }

private:
    std::mutex mutex_;
    std::deque<Gate*> resting_;  // the one that was closed first is in front
    std::vector<Gate*> abandoned_;
};

// As long as the process: a plugin's threads may outlive main().
Gates& gates() {
    static Gates& all = *new Gates;
    return all;
}

}  // namespace

LateUse& LateUse::make(std::function<void()> hear) {
    static std::mutex mutex;
    static std::deque<LateUse>& all = *new std::deque<LateUse>;
    const std::lock_guard lock(mutex);
    return all.emplace_back(std::move(hear));
}

void LateUse::tell() noexcept {
    if (isTold_.exchange(true)) return;
    const std::lock_guard lock(mutex_);
    if (hear_) hear_();
}

void LateUse::end() {
    const std::lock_guard lock(mutex_);
    hear_ = nullptr;
}

Generated generateBehindGate(IModel& model, const ModelRequest& request, IReply& reply, LateUse* late) {
    // By this type generate() may throw, and by volatile the compiler cannot know better: it keeps the handler.
    using MayThrow = ModelStatus (IModel::*)(const ModelRequest&, IReply&);
    static volatile MayThrow generate = &IModel::generate;
    Gate& gate = gates().take();
    gate.open(reply, late);
    const pid_t process = getpid();
    ModelStatus status = ModelStatus::failed;
    try {
        const MayThrow call = generate;
        status = (model.*call)(request, gate);
    } catch (...) {
        reply.explain(std::string_view("an exception left generate(): " + describeCurrent()));
    }
    if (getpid() != process) _exit(EXIT_FAILURE);  // a plugin has forked; this is not the worker
    OwnDescriptor::requireAll();                   // what it has closed is its fault, not the next one's
    const bool hasStrayed = gate.close();
    gates().rest(gate);
    return {status, hasStrayed ? "the plugin used its reply from another thread than the call's" : nullptr};
}

}  // namespace aiproject
