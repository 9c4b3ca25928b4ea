#include "ocr_tesseract/engine_pool.h"

#include "upstream/failure.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// Of the library that tesseract computes in several threads with, where it does. Asked by its name, since the compiler
// need not have it.
extern "C" __attribute__((weak)) void omp_set_max_active_levels(int levels);

namespace aiproject::ocr {
// Guarded by `mutex`.
struct EnginePool::State {
    explicit State(PoolSettings wanted) : settings(std::move(wanted)) {}

    struct Job {
        std::string bytes;  // a copy: its caller may leave before the engine does
        PictureHead head;
        std::atomic<bool> isCancelled{false};
        bool isDone = false;
        std::string text;
        std::exception_ptr failure;
    };

    const PoolSettings settings;
    std::mutex mutex;
    std::condition_variable work, done, ended;
    std::deque<std::shared_ptr<Job>> waiting;
    std::vector<std::shared_ptr<Job>> inProgress;
    int engines = 0, idle = 0;
    std::vector<pthread_t> threadsToJoin;
    bool isEnding = false;
};

namespace {

using State = EnginePool::State;
using Job = State::Job;

void work(State& state, std::unique_ptr<Engine>& engine, Job& job) noexcept {
    try {
        if (job.isCancelled) return;
        if (!engine) engine = std::make_unique<Engine>(state.settings.engine);
        job.text = engine->textIn(job.bytes, job.head, job.isCancelled);
    } catch (const Cancelled&) {  // nobody waits for it
    } catch (...) {
        job.failure = std::current_exception();
    }
}

// False: the thread has had nothing to do for too long, or all ends.
bool workOnce(State& state, std::unique_ptr<Engine>& engine) {
    std::unique_lock lock(state.mutex);
    ++state.idle;
    const bool hasWork =
        state.work.wait_for(lock, state.settings.idle, [&] { return state.isEnding || !state.waiting.empty(); });
    --state.idle;
    if (!hasWork || state.isEnding) return false;
    const std::shared_ptr<Job> job = std::move(state.waiting.front());
    state.waiting.pop_front();
    state.inProgress.push_back(job);
    lock.unlock();
    work(state, engine, *job);
    lock.lock();
    state.inProgress.erase(std::find(state.inProgress.begin(), state.inProgress.end(), job));
    job->isDone = true;
    state.done.notify_all();
    return true;
}

// Of this thread alone: the streams of its process go first, in whichever pool the model is asked.
void giveWay(int nice) {
    const auto thread = id_t(gettid());
    if (getpriority(PRIO_PROCESS, thread) < nice) setpriority(PRIO_PROCESS, thread, nice);
}

void* engineThread(void* argument) {
    State& state = *static_cast<State*>(argument);
    giveWay(state.settings.nice);
    // One call takes one core: else each parallel loop of tesseract's begins four threads. Its loops name their number
    // of threads, so this is the one limit that holds for them without the environment, and for this thread alone.
    if (omp_set_max_active_levels) omp_set_max_active_levels(0);
    for (bool goesOn = true; goesOn;) {
        std::unique_ptr<Engine> engine;
        while (workOnce(state, engine)) {
        }
        engine.reset();
        malloc_trim(0);
        const std::lock_guard lock(state.mutex);
        goesOn = !state.isEnding && !state.waiting.empty();  // come while the engine was given back
        if (!goesOn) {
            --state.engines;
            state.threadsToJoin.push_back(pthread_self());
            state.ended.notify_all();
        }
    }
    return nullptr;
}

// With the lock held. They are at their last instructions.
void joinEnded(State& state) {
    for (const pthread_t thread : state.threadsToJoin) pthread_join(thread, nullptr);
    state.threadsToJoin.clear();
}

}  // namespace

EnginePool::EnginePool(PoolSettings settings) : state_(std::make_unique<State>(std::move(settings))) {}

EnginePool::~EnginePool() {
    std::unique_lock lock(state_->mutex);
    state_->isEnding = true;
    for (const auto& job : state_->inProgress) job->isCancelled = true;
    state_->work.notify_all();
    state_->ended.wait(lock, [this] { return state_->engines == 0; });
    joinEnded(*state_);
}

// With the lock held.
void EnginePool::beginEngine() {
    constexpr std::size_t stackBytes =
        8UL * 1024 * 1024;  // as tesseract is tried with everywhere; untouched it costs nothing
    joinEnded(*state_);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stackBytes);
    pthread_t thread{};
    const int failed = pthread_create(&thread, &attributes, &engineThread, state_.get());
    pthread_attr_destroy(&attributes);
    if (failed == 0) {
        ++state_->engines;
    } else if (state_->engines == 0) {
        throw outbound::CallFailure(ModelStatus::failed,
                                    std::string("no thread for an engine: ") + std::strerror(failed));
    }
}

ModelStatus EnginePool::answer(std::string_view bytes, const PictureHead& head, IReply& reply) {
    if (reply.stop() != Stop::none) return ModelStatus::stopped;  // it needs no engine
    constexpr std::chrono::milliseconds look{20};
    const auto job = std::make_shared<State::Job>();
    job->bytes = bytes;
    job->head = head;
    std::unique_lock lock(state_->mutex);
    if (state_->idle <= int(state_->waiting.size()) && state_->engines < state_->settings.engines) beginEngine();
    state_->waiting.push_back(job);
    state_->work.notify_one();
    while (!job->isDone) {
        state_->done.wait_for(lock, look);
        if (job->isDone) break;
        lock.unlock();
        const bool isToEnd = reply.stop() != Stop::none;
        lock.lock();
        if (!isToEnd) continue;
        job->isCancelled = true;
        const auto place = std::find(state_->waiting.begin(), state_->waiting.end(), job);
        if (place != state_->waiting.end()) state_->waiting.erase(place);
        return ModelStatus::stopped;
    }
    lock.unlock();
    if (job->failure) std::rethrow_exception(job->failure);
    return job->text.empty() || reply.text(job->text) ? ModelStatus::ok : ModelStatus::stopped;
}

}  // namespace aiproject::ocr
