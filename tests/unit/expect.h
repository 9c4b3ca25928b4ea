// What a test expects of an Error, an exception or a text, with a message that shows what came instead.
#pragma once

#include "base/error.h"

#include <cppunit/TestAssert.h>

#include <exception>
#include <stdexcept>
#include <string>

namespace aiproject::test {

// The Error that `work` throws, which must be of this kind.
template <class Work>
Error expectError(ErrorKind kind, Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(error.what(), int(kind), int(error.kind()));
        return error;
    }
    CPPUNIT_FAIL("no Error was thrown");
    throw std::logic_error("unreachable");
}

// The message of what `work` throws.
template <class Work>
std::string reasonOf(Work&& work) {
    try {
        work();
    } catch (const std::exception& e) {
        return describe(e);
    }
    CPPUNIT_FAIL("nothing was thrown");
    throw std::logic_error("unreachable");
}

inline bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline void assertSays(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, says(text, part));
}

inline void assertSilentOf(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is in: " + text, !says(text, part));
}

}  // namespace aiproject::test
