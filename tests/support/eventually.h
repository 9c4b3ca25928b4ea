// Waits on a condition, never on a fixed time. The limit only ends a test that would hang; no test
// asserts how long something took.
#pragma once

#include <cppunit/TestAssert.h>

#include <chrono>
#include <string>
#include <thread>

namespace aiproject::test {

constexpr std::chrono::seconds kPatience{30};

template <class Condition>
bool eventually(Condition&& condition, std::chrono::milliseconds limit = kPatience) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace aiproject::test

#define ASSERT_EVENTUALLY(condition) \
    CPPUNIT_ASSERT_MESSAGE("never came true: " #condition, aiproject::test::eventually([&] { return condition; }))
