// Models that break the contract in a call: it costs that call, and the answer stays well-formed.
#include "support/spec.h"
#include "support/text.h"
#include "unit/expect.h"
#include "unit/plugin_files.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <sstream>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct BadModels : CppUnit::TestCase {
    TempDir dir;
    Site site{[this](Config& config) {
        for (const std::string& name : {"garbage"s, "late"s, "throws"s})
            install(badPlugin(name), dir.path() / "plugins");
        config.pluginDirs.push_back(dir.file("plugins"));
        config.routes.text = {"throws", "echo"};
    }};

    std::string chat(const std::string& model, const std::string& question) {
        return site.post("/models/" + model + "/chat", questionOf(site.ann, question)).text();
    }
    std::string stream(const std::string& model, const std::string& question) {
        return site.post("/models/" + model + "/stream", questionOf(site.ann, question)).text();
    }
    // Of the stream's last frame, which must be the only last one; each line is a frame.
    static int codeOfStream(const std::string& text) {
        std::istringstream lines(text);
        std::vector<int> codes;
        for (std::string line; std::getline(lines, line);) {
            CPPUNIT_ASSERT_MESSAGE(text, codes.empty());
            const auto header = objectIn(line)->getObject("header");
            if (header && header->optValue("status", 0) == 2) codes.push_back(header->optValue("code", 0));
        }
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::size_t(1), codes.size());
        return codes[0];
    }
};

SPEC(BadModels, whose_answer_is_garbage_have_failed) {
    for (const std::string& question :
         {"no json"s, "no object"s, "no utf8"s, "no utf8 delta"s, "forged line"s, "huge frame"s, "unknown status"s}) {
        assertSays(stream("garbage", question), "\"MODEL_ERROR\"");
        assertSays(chat("garbage", question), "\"MODEL_ERROR\"");
        assertSays(site.log(), " model=garbage ");
    }
}

SPEC(BadModels, whose_answer_becomes_garbage_end_with_a_last_frame_that_says_so) {
    CPPUNIT_ASSERT(codeOfStream(stream("garbage", "no json at the end")) != 0);
    assertSays(site.log(), "the upstream's message is not a JSON object");
}

SPEC(BadModels, end_their_streams_once_whatever_they_say) {
    for (const std::string& question : {"line breaks"s, "two last frames"s, "nothing"s, "negative usage"s})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(question, 0, codeOfStream(stream("garbage", question)));
}

SPEC(BadModels, cannot_answer_less_than_nothing) {
    for (const std::string& question : {"negative usage"s, "negative last frame"s}) {
        const std::string answer = chat("garbage", question);
        assertSays(answer, "\"consume_token\":");
        assertSilentOf(answer, "\"consume_token\":-");
    }
    assertSilentOf(stream("garbage", "negative usage"), "tokens\":-");
}

SPEC(BadModels, leave_notes_within_bounds) {
    chat("garbage", "long notes");
    CPPUNIT_ASSERT(site.log().size() < 20'000);
}

SPEC(BadModels, that_speak_after_the_end_reach_nobody) {
    for (int i = 0; i < 20; ++i) {
        const std::string answer = chat("late", "whose answer is it?");
        assertSays(answer, "\"content\":\"in time\"");
        assertSays(answer, "\"consume_token\":9");  // the estimate, since it said none in time
        const std::string streamed = stream("late", "whose answer is it?");
        CPPUNIT_ASSERT_EQUAL(0, codeOfStream(streamed));
        assertSilentOf(streamed, "by ");
    }
    CPPUNIT_ASSERT_EQUAL("echo"s, objectIn(chat("echo", "echo"))->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(site.log(), "plugin late has used the reply of a call that was over"));
}

SPEC(BadModels, that_answer_from_another_thread_have_failed) {
    CPPUNIT_ASSERT(codeOfStream(stream("late", "helper")) != 0);
    assertSays(site.log(), "the plugin used its reply from another thread than the call's");
    assertSays(chat("late", "and now?"), "\"content\":\"in time\"");
}

SPEC(BadModels, that_let_an_exception_out_have_failed) {
    assertSays(chat("throws", "words"), "\"MODEL_ERROR\"");
    assertSays(site.log(), "an exception left generate(): it slipped out");
    assertSays(chat("throws", "int"), "\"MODEL_ERROR\"");
    assertSays(site.log(), "a type outside std::exception");
    CPPUNIT_ASSERT(codeOfStream(stream("throws", "late")) != 0);
}

SPEC(BadModels, that_let_an_exception_out_before_they_begin_are_followed_by_the_next) {
    const auto answer = site.post("/textModel/chat", questionOf(site.ann, "words"));
    assertSays(answer.text(), "\"content\":\"words\"");
}

}  // namespace
