// Keeps the reply of each call and goes on using it: a thread of its own and the next call speak to those
// whose call is over. For the question `helper` it lets another thread answer while the call runs.
#include "silent_model.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace {

using namespace aiproject;

// More than enough of each function for one that is not there to be noticed.
void misuse(IReply& reply, Text words) {
    reply.text(words);
    reply.thought(words);
    reply.bytes(words);
    reply.toolCall({});
    const float number = 1;
    reply.vector(&number, 1);
    reply.frame("spark", "{\"header\":{\"code\":0,\"status\":1}}");
    reply.finish(Finish::length);
    reply.frame("spark", "{\"header\":{\"code\":0,\"status\":2}}");
    Usage usage;
    usage.total = 1'000'000;
    reply.usage(usage);
    reply.upstreamId("late");
    reply.explain(words);
    reply.advise(words);
    reply.guard(0, 1);
    reply.guard(-1, 0);
    static_cast<void>(reply.stop() == Stop::none && reply.wait(1) == Stop::none);
}

class Late final : public IModel {
public:
    ~Late() {
        ends_ = true;
        if (thread_.joinable()) thread_.join();
    }
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        if (test::questionOf(request) == "helper")
            std::thread([&] { reply.text("by a helper"); }).join();
        else
            speakLate(reply);
        return test::answer(reply, "in time");
    }
    void destroy() noexcept override { delete this; }

private:
    // Ours may be used when the next call comes: it is over by then.
    void speakLate(IReply& reply) {
        const std::lock_guard one(mutex_);
        IReply* const before = newest_;
        newest_ = &reply;
        if (!before) return;
        misuse(*before, "by the next call");
        kept_ = before;
        if (!thread_.joinable()) thread_ = std::thread([this] { speakOn(); });
        for (const int spoken = spoken_; spoken_ < spoken + 2;) std::this_thread::yield();
    }
    void speakOn() {
        while (!ends_) {
            misuse(*kept_, "by a thread");
            ++spoken_;
        }
    }

    std::mutex mutex_;  // guards newest_ and thread_
    IReply* newest_ = nullptr;
    std::thread thread_;
    std::atomic<IReply*> kept_{nullptr};
    std::atomic<int> spoken_{0};
    std::atomic<bool> ends_{false};
};

constexpr ModelPlugin kPlugin = test::descriptorWith(&test::createNew<Late>);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
