// A test that compiles is a test that runs: SPEC defines and registers at once, and its name reads
// as a sentence.
//
//   struct UserStore : CppUnit::TestCase { TempDir dir; };       // the fixture: made for each SPEC, when its turn
//   comes SPEC(UserStore, refuses_a_name_that_is_taken) { CPPUNIT_ASSERT(...); }
//
// A suite is one program; each of its files is one ctest test, chosen by the file's stem.
#pragma once

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>

#include <functional>
#include <string>
#include <vector>

namespace aiproject::test {

struct Spec {
    std::string file;  // stem of the source file
    std::string name;  // "Fixture.sentence"
    std::function<CppUnit::Test*()> make;
};

std::vector<Spec>& specs();
std::string stemOf(const char* path);

template <class Test>
struct Registration {
    Registration(const char* path, const char* name) {
        specs().push_back({stemOf(path), name, [] { return new Test; }});
    }
};

}  // namespace aiproject::test

// NOLINTBEGIN(bugprone-macro-parentheses): names and base classes cannot stand in parentheses
#define SPEC(Fixture, sentence)                                                                  \
    namespace {                                                                                  \
    struct Fixture##_##sentence final : Fixture {                                                \
        std::string getName() const override { return #Fixture "." #sentence; }                  \
        void runTest() override;                                                                 \
    };                                                                                           \
    const aiproject::test::Registration<Fixture##_##sentence> Fixture##_##sentence##_registered{ \
        __FILE__, #Fixture "." #sentence};                                                       \
    }                                                                                            \
    void Fixture##_##sentence::runTest()
// NOLINTEND(bugprone-macro-parentheses)
