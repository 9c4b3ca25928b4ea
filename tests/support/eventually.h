// Waits on a condition, never on a fixed time. The limit only ends a test that would hang, and follows the machine; no
// test asserts how long something took.
#pragma once

#include "support/time_factor.h"

#include <cppunit/TestAssert.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace aiproject::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::chrono::seconds kIdlePatience{120};  // all is several times slower, the start of a process as well
#else
constexpr std::chrono::seconds kIdlePatience{30};
#endif
inline const std::chrono::seconds kPatience = kIdlePatience * timeFactor();

// What a condition throws when there is nothing to look at so far: it is looked at again.
class NotYet : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <class Condition>
bool holds(Condition&& condition) {
    try {
        return static_cast<bool>(condition());
    } catch (const NotYet&) {
        return false;
    }
}

template <class Condition>
bool eventually(Condition&& condition, std::chrono::milliseconds limit = kPatience) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!holds(condition)) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace aiproject::test

#define ASSERT_EVENTUALLY(condition) \
    CPPUNIT_ASSERT_MESSAGE("never came true: " #condition, aiproject::test::eventually([&] { return condition; }))
