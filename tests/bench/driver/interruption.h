// SIGINT and SIGTERM end the bench by an exception, so that processes and folders go with the objects that own them.
//
// THREADS  the signals may come to any; only the main thread waits with these functions.
#pragma once

#include "support/eventually.h"

#include <chrono>
#include <stdexcept>
#include <string>

namespace aiproject::bench {

struct Interrupted : std::runtime_error {
    Interrupted() : std::runtime_error("interrupted") {}
};

void takeInterruptions();
void throwIfInterrupted();

// Throws std::runtime_error "WHAT did not happen within N s".
template <class Condition>
void await(const std::string& what, std::chrono::milliseconds limit, Condition&& condition) {
    const bool cameTrue = test::eventually([&] { return throwIfInterrupted(), condition(); }, limit);
    if (!cameTrue)
        throw std::runtime_error(what + " did not happen within " + std::to_string(limit.count() / 1000) + " s");
}

}  // namespace aiproject::bench
