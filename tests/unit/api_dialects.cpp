// Dialects by their names.
#include "api/dialect.h"
#include "api/frame_look.h"

#include "support/spec.h"
#include "unit/expect.h"

#include <cppunit/TestCase.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct Dialects : CppUnit::TestCase {
    struct Kept final : FrameSink {
        void put(std::string_view frame) override { frames.emplace_back(frame); }
        bool flush() override { return true; }
        std::vector<std::string> frames;
    };
};

SPEC(Dialects, have_a_writer_for_their_clients) {
    Kept kept;
    const auto writer = writerFor("documented", kept);
    writer->text({"request-7", 0}, "Hello");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), kept.frames.size());
    CPPUNIT_ASSERT(lookAt(writer->frameDialect(), kept.frames[0])->pieces.at(0).text == "Hello");
}

SPEC(Dialects, that_nobody_knows_are_named_or_not_read) {
    Kept kept;
    for (const std::string& unknown : {""s, "spark"s, "Documented"s}) {
        try {
            writerFor(unknown, kept);
            CPPUNIT_FAIL("there is a writer for " + unknown);
        } catch (const std::invalid_argument& e) {
            test::assertSays(e.what(), "'" + unknown + "'");
        }
    }
    for (const std::string& unknown : {""s, "documented"s, "Spark"s}) CPPUNIT_ASSERT(!lookAt(unknown, "{}"));
}

}  // namespace
