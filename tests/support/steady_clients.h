// Clients that ask again and again while something happens to whom they ask.
#pragma once

#include "support/eventually.h"
#include "support/fastcgi_client.h"
#include "support/joining_threads.h"

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <string>

namespace aiproject::test {

class SteadyClients {
public:
    // A request is lost when its answer is not 200, or asking throws.
    SteadyClients(int clients, std::function<FastcgiAnswer()> ask) : ask_(std::move(ask)) {
        for (int i = 0; i < clients; ++i) threads_.add([this] { attend(); });
    }

    // Waits until so many more are served.
    void assertServed(int more) const {
        const int goal = served_ + more;
        ASSERT_EVENTUALLY(served_ >= goal);
    }
    // Sends them home.
    void assertLostNone() {
        threads_.end();
        CPPUNIT_ASSERT_EQUAL(std::string(), lost_);
    }

private:
    void attend() {
        while (!threads_.isOver()) {
            const std::string fault = askOnce();
            if (fault.empty()) {
                ++served_;
                continue;
            }
            const std::lock_guard lock(mutex_);
            lost_ += fault + "\n";
        }
    }
    std::string askOnce() const {
        try {
            const FastcgiAnswer answer = ask_();
            return answer.status == 200 && answer.complete ? "" : std::to_string(answer.status) + ": " + answer.body;
        } catch (const std::exception& e) {
            return e.what();
        }
    }

    const std::function<FastcgiAnswer()> ask_;
    std::atomic<int> served_{0};
    std::mutex mutex_;  // guards what follows
    std::string lost_;
    JoiningThreads threads_;  // last: they use all else
};

}  // namespace aiproject::test
