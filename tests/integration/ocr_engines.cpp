// The engines of ocr_tesseract: how many, for how long, on how many cores, and who ends them.
#include "base/sanitized.h"
#include "integration/ocr_fixture.h"
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <list>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct OcrEngines : CppUnit::TestCase {
    // A page that takes seconds, and not one word of it less than a millisecond.
    static std::string longPage() {
        return converted(with(written(kEnglish, kLatinFont, 24), {"-duplicate", "15", "-append", "png:-"}));
    }
    static std::string shortPage() { return converted(with(written("Hello", kLatinFont, 24), {"png:-"})); }
    static std::chrono::milliseconds processorTime() {
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        return std::chrono::milliseconds((used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
                                         (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
    }
    static int threads() { return threadsOf(getpid()); }
};

}  // namespace

SPEC(OcrEngines, take_one_core_each) {
    Ocr ocr(OcrSettings{{"engines", "1"}});
    const std::string page = longPage();
    const int before = threads();
    CallInProgress call(ocr.plugin, Question::picture(page));
    int most = 0;
    while (call.host.delivered() == 0) {
        most = std::max(most, threads());
        usleep(1000);
    }
    call.finished();
    CPPUNIT_ASSERT(most <= before + 2);  // the caller's, and one engine
}

SPEC(OcrEngines, let_all_other_threads_of_their_process_go_first) {
    constexpr int nice = 10;
    if (getpriority(PRIO_PROCESS, 0) >= nice) return;  // then all are behind others
    Ocr ocr(OcrSettings{{"engines", "1"}, {"nice", "10"}});
    ocr.read(shortPage());
    const std::vector<int> all = nicenessesOf(getpid());
    CPPUNIT_ASSERT_EQUAL(1L, long(std::count(all.begin(), all.end(), nice)));
}

SPEC(OcrEngines, are_no_more_than_the_setting_says_and_all_callers_are_served) {
    Ocr ocr(OcrSettings{{"engines", "2"}, {"idle_ms", "86400000"}});
    const int before = threads();
    const Question question = Question::picture(shortPage());
    std::list<CallInProgress> calls;
    for (int i = 0; i < 8; ++i) calls.emplace_back(ocr.plugin, question);
    for (auto& call : calls) CPPUNIT_ASSERT_EQUAL(std::string("Hello"), textOf(call.finished()));
    calls.clear();
    ASSERT_EVENTUALLY(threads() <= before + 2);  // the kernel counts one that was joined for a moment more
}

SPEC(OcrEngines, give_their_memory_back_when_idle) {
    Ocr ocr(OcrSettings{{"idle_ms", atOurPace(std::chrono::seconds(3), std::chrono::seconds(60))}});
    const auto own = [] { return residentSize(getpid()) - residentFiles(getpid()); };
    const long before = own(), engine = 40L * 1024, rest = 15L * 1024;
    const int threadsBefore = threads();
    CPPUNIT_ASSERT_EQUAL(std::string("Hello"), ocr.read(shortPage()));
    if (!kIsSanitized) CPPUNIT_ASSERT_MESSAGE(std::to_string(own() - before) + " KiB", own() > before + engine);
    ASSERT_EVENTUALLY(threads() <= threadsBefore);
    if (!kIsSanitized) ASSERT_EVENTUALLY(own() < before + rest);
    CPPUNIT_ASSERT_EQUAL(std::string("Hello"), ocr.read(shortPage()));  // by a new one
}

SPEC(OcrEngines, end_when_the_client_leaves) {
    Ocr ocr(OcrSettings{{"engines", "1"}});
    ocr.read(shortPage());
    CallInProgress call(ocr.plugin, Question::picture(longPage()));
    const auto before = processorTime();
    ASSERT_EVENTUALLY(processorTime() > before + std::chrono::milliseconds(150));  // it is being read
    call.host.leave();
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(call.finished().status));
    CPPUNIT_ASSERT(call.host.outcome.frames.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("Hello"), ocr.read(shortPage()));  // by the same engine
}

SPEC(OcrEngines, end_at_the_deadline_also_for_those_who_wait) {
    Ocr ocr(OcrSettings{{"engines", "1"}});
    ocr.read(shortPage());
    const Question question = Question::picture(longPage());
    const Timeouts hasty{20'000, 20'000, 20'000, 300};
    CallInProgress first(ocr.plugin, question, hasty), second(ocr.plugin, question, hasty);
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::timedOut), int(first.finished().status));
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::timedOut), int(second.finished().status));
    CPPUNIT_ASSERT_EQUAL(std::string("Hello"), ocr.read(shortPage()));
}

SPEC(OcrEngines, end_with_their_model) {
    const int before = threads();
    const auto began = processorTime();
    {
        Ocr ocr(OcrSettings{{"engines", "1"}});
        CallInProgress call(ocr.plugin, Question::picture(longPage()), {20'000, 20'000, 20'000, 50});
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::timedOut), int(call.finished().status));
    }
    ASSERT_EVENTUALLY(threads() <= before);
    CPPUNIT_ASSERT(processorTime() - began < std::chrono::seconds(30));
}
