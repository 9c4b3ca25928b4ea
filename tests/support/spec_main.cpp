// main() of every suite: `SUITE [STEM [SENTENCE]]` runs the specs of one source file, or of all.
#include "support/spec.h"

#include <cppunit/BriefTestProgressListener.h>
#include <cppunit/CompilerOutputter.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>

#include <filesystem>
#include <iostream>
#include <list>
#include <memory>

namespace aiproject::test {

std::vector<Spec>& specs() {
    static std::vector<Spec> all;
    return all;
}

std::string stemOf(const char* path) { return std::filesystem::path(path).stem(); }

}  // namespace aiproject::test

namespace {

// A test whose fixture lives only while it runs; a fixture that cannot be made is a failed test.
class LateTest final : public CppUnit::TestCase {
public:
    explicit LateTest(const aiproject::test::Spec& spec) : CppUnit::TestCase(spec.name), spec_(spec) {}

    void runTest() override {
        const std::unique_ptr<CppUnit::Test> test(spec_.make());
        auto& fixture = dynamic_cast<CppUnit::TestCase&>(*test);
        fixture.setUp();
        fixture.runTest();
        fixture.tearDown();
    }

private:
    const aiproject::test::Spec& spec_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::string file = argc > 1 ? argv[1] : "";
    const std::string sentence = argc > 2 ? argv[2] : "";

    CppUnit::TestResult controller;
    CppUnit::TestResultCollector collector;
    CppUnit::BriefTestProgressListener progress;
    controller.addListener(&collector);
    controller.addListener(&progress);
    std::list<LateTest> kept;  // the collector names them at the end
    for (const auto& spec : aiproject::test::specs()) {
        if ((!file.empty() && spec.file != file) || spec.name.find(sentence) == std::string::npos) continue;
        // Made now and not before: a fixture may start processes.
        kept.emplace_back(spec);
        kept.back().run(&controller);
    }
    if (collector.runTests() == 0) {
        std::cerr << "no spec in " << argv[0] << " fits '" << file << "' '" << sentence << "'\n";
        return 2;
    }
    CppUnit::CompilerOutputter(&collector, std::cerr).write();
    return collector.wasSuccessful() ? 0 : 1;
}
