// Threads of a test. They are joined when the test ends, also early; what one throws ends that thread alone, not the
// program, and fails the test in join().
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace aiproject::test {

class JoiningThreads {
public:
    JoiningThreads() = default;
    ~JoiningThreads() { end(); }
    JoiningThreads(const JoiningThreads&) = delete;
    JoiningThreads& operator=(const JoiningThreads&) = delete;

    void add(std::function<void()> work) {
        threads_.emplace_back([this, work = std::move(work)] { attempt(work); });
    }
    // Work that goes on until it is told to end asks this.
    bool isOver() const { return isOver_; }
    // Waits until each has come to its own end; throws the first of what they threw.
    void join() {
        for (auto& thread : threads_) thread.join();
        threads_.clear();
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
    // Tells them to end, and waits. Throws nothing.
    void end() {
        isOver_ = true;
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    void attempt(const std::function<void()>& work) {
        try {
            work();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!thrown_) thrown_ = std::current_exception();
        }
    }

    std::atomic<bool> isOver_{false};
    std::mutex mutex_;
    std::exception_ptr thrown_;  // guarded by mutex_ while they run
    std::vector<std::thread> threads_;
};

}  // namespace aiproject::test
