// Clients that ask again and again while something happens to whom they ask.
#pragma once

#include "support/eventually.h"
#include "support/joining_threads.h"

#include <atomic>
#include <exception>
#include <functional>

namespace aiproject::test {

class SteadyClients {
public:
    // `ask` answers whether all went well; when not, or when it throws, a request is lost.
    SteadyClients(int clients, std::function<bool()> ask) : ask_(std::move(ask)) {
        for (int i = 0; i < clients; ++i) threads_.add([this] { attend(); });
    }

    // Waits until so many more are served.
    void assertServed(int more) const {
        const int goal = served_ + more;
        ASSERT_EVENTUALLY(served_ >= goal);
    }
    // Sends them home, and answers how many requests were lost.
    int lost() {
        threads_.end();
        return lost_;
    }

private:
    void attend() {
        while (!threads_.isOver()) ++(isServed() ? served_ : lost_);
    }
    bool isServed() const {
        try {
            return ask_();
        } catch (const std::exception&) {
            return false;
        }
    }

    const std::function<bool()> ask_;
    std::atomic<int> served_{0}, lost_{0};
    JoiningThreads threads_;  // last: they use all else
};

}  // namespace aiproject::test
