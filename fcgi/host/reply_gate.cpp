#include "host/reply_gate.h"

#include "base/error.h"
#include "base/own_descriptor.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
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

// Above what it was: this is a child of the process that a gate was opened in, whose descriptors are the same.
std::atomic<std::uint32_t> forks{0};

void countFork() noexcept { forks.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

class alignas(64) Gate final : public IReply {
public:
    // Shut at first.
    void lead(IReply& reply, LateUse* late) noexcept {
        reply_ = &reply;
        late_ = late;
        strays_ = 0;
    }
    // In the thread that runs the plugin.
    void open() noexcept {
        forks_ = forks.load(std::memory_order_relaxed);
        owner_.store(pthread_self(), std::memory_order_relaxed);
    }
    void close() noexcept { owner_.store(kNobody, std::memory_order_relaxed); }
    // From here on a use of it is one of a call that is over.
    void tellLateUse(LateUse* late) noexcept { late_ = late; }
    // It was used while it was shut, or from another thread.
    bool isStrayed() const noexcept { return strays_ != 0; }
    // The same, and what comes after it counts for itself.
    bool takeStrays() noexcept { return strays_.exchange(0) != 0; }

    bool text(Text piece) noexcept override { return isOpen() && reply_->text(piece); }
    bool thought(Text piece) noexcept override { return isOpen() && reply_->thought(piece); }
    bool toolCall(const ToolPiece& piece) noexcept override { return isOpen() && reply_->toolCall(sized(piece)); }
    bool bytes(Text piece) noexcept override { return isOpen() && reply_->bytes(piece); }
    bool vector(const float* values, std::uint64_t count) noexcept override {
        return isOpen() && reply_->vector(values, count);
    }
    Seen frame(Text dialect, Text message) noexcept override {
        return isOpen() ? reply_->frame(dialect, message) : Seen::over;
    }
    void finish(Finish reason) noexcept override {
        if (isOpen()) reply_->finish(reason);
    }
    void usage(const Usage& usage) noexcept override {
        if (isOpen()) reply_->usage(sized(usage));
    }
    void spoken(const Spoken& part) noexcept override {
        if (isOpen()) reply_->spoken(sized(part));
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
    void retryAfter(std::uint32_t ms) noexcept override {
        if (isOpen()) reply_->retryAfter(ms);
    }
    ModelStatus follow(IStream& stream, Text peer) noexcept override {
        return isOpen() ? reply_->follow(stream, peer) : ModelStatus::failed;
    }
    void guard(int descriptor, std::uint32_t ms) noexcept override {
        if (isOpen()) reply_->guard(descriptor, ms);
    }
    Stop stop() noexcept override { return isOpen() ? reply_->stop() : Stop::totalExpired; }
    Stop wait(std::uint32_t ms) noexcept override { return isOpen() ? reply_->wait(ms) : Stop::totalExpired; }
    void enter(Stage stage) noexcept override {
        if (isOpen()) reply_->enter(stage);
    }

private:
    static constexpr pthread_t kNobody = 0;

    // A struct as this worker knows it, from a plugin that may know less of it.
    template <class T>
    static T sized(const T& given) noexcept {
        T known;
        std::memcpy(static_cast<void*>(&known), &given, std::min<std::size_t>(given.size, sizeof(T)));
        known.size = sizeof(T);
        return known;
    }

    // Only its own thread ever finds itself here, so there is no moment between looking and passing on.
    bool isOpen() const noexcept {
        if (owner_.load(std::memory_order_relaxed) == pthread_self())
            return forks_ == forks.load(std::memory_order_relaxed);
        strays_.fetch_add(1);
        LateUse* const late = late_;
        if (late && owner_.load() == kNobody) late->tell();
        return false;
    }

    std::atomic<pthread_t> owner_{kNobody};
    std::uint32_t forks_ = 0;  // when it was opened; the owner's
    IReply* reply_ = nullptr;  // the owner's
    std::atomic<LateUse*> late_{nullptr};
    mutable std::atomic<std::uint32_t> strays_{0};
};

namespace {

class Gates {
public:
    Gate& take() {
        const std::lock_guard lock(mutex_);
        while (resting_.size() > kRestingGates) {
            Gate& oldest = *resting_.front();
            resting_.pop_front();
            if (!oldest.isStrayed() || abandoned_.size() == kMostAbandoned) return oldest;
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
    static Gates& all = []() -> Gates& {
        pthread_atfork(nullptr, nullptr, &countFork);
        return *new Gates;
    }();
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
    gate.lead(reply, late);
    gate.open();
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
    gate.close();
    const bool hasStrayed = gate.takeStrays();
    gates().rest(gate);
    return {status, hasStrayed ? "the plugin used its reply from another thread than the call's" : nullptr};
}

// The late use is not told of while the stream lives: it is a breach of this call then.
StreamGate::StreamGate(IReply& reply, LateUse* late)
    : gate_(gates().take()), reply_(reply), late_(late), process_(getpid()) {
    gate_.lead(reply, nullptr);
}

StreamGate::~StreamGate() {
    gate_.tellLateUse(late_);
    gate_.takeStrays();
    gates().rest(gate_);
}

Step StreamGate::advance(IStream& stream) {
    using MayThrow = Step (IStream::*)(IReply&);
    static volatile MayThrow advance = &IStream::advance;
    Step step = Next::over;
    gate_.open();
    try {
        const MayThrow call = advance;
        step = (stream.*call)(gate_);
    } catch (...) {
        noteException("advance()");
    }
    gate_.close();
    if (getpid() != process_) _exit(EXIT_FAILURE);  // a plugin has forked; this is not the worker
    return step;
}

ModelStatus StreamGate::statusOf(const IStream& stream) {
    using MayThrow = ModelStatus (IStream::*)() const;
    static volatile MayThrow status = &IStream::status;
    if (hasThrown_) return ModelStatus::failed;
    try {
        const MayThrow call = status;
        return (stream.*call)();
    } catch (...) {
        noteException("status()");
        return ModelStatus::failed;
    }
}

const char* StreamGate::breach() const noexcept {
    return gate_.isStrayed() ? "the plugin used its reply from another thread than the call's, or outside of advance()"
                             : nullptr;
}

void StreamGate::noteException(const char* function) {
    hasThrown_ = true;
    reply_.explain(std::string_view(std::string("an exception left ") + function + ": " + describeCurrent()));
}

}  // namespace aiproject
