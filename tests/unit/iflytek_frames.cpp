// Reading answers of chat and image understanding, and what the host gets of them.
#include "iflytek/core/answer_relay.h"
#include "iflytek/core/error_codes.h"
#include "support/spec.h"

#include <vector>

using namespace aiproject;
using namespace aiproject::iflytek;

namespace {

class ScriptedReply final : public IReply {
public:
    std::vector<std::string> frames, heldFrames, lastFrames, deltas, notes;
    Usage lastUsage;
    std::string id;
    bool takesMore = true;

    bool frame(Text json) noexcept override { return keep(frames, json); }
    bool heldFrame(Text json) noexcept override { return keep(heldFrames, json); }
    bool lastFrame(Text json) noexcept override { return keep(lastFrames, json); }
    bool delta(Text content) noexcept override { return keep(deltas, content); }
    void usage(const Usage& usage) noexcept override { lastUsage = usage; }
    void upstreamId(Text text) noexcept override { id = std::string_view(text); }
    void explain(Text reason) noexcept override { keep(notes, reason); }
    void advise(Text) noexcept override {}
    void guard(int, std::uint32_t) noexcept override {}
    Stop stop() noexcept override { return Stop::none; }
    int clientDescriptor() const noexcept override { return -1; }

private:
    bool keep(std::vector<std::string>& list, Text text) const {
        list.emplace_back(std::string_view(text));
        return takesMore;
    }
};

std::string header(int code, int status) {
    return R"("header":{"code":)" + std::to_string(code) + R"(,"message":"m","sid":"cht1","status":)" +
           std::to_string(status) + "}";
}

std::string choices(int status, const std::string& content) {
    return R"("choices":{"status":)" + std::to_string(status) + R"(,"seq":0,"text":[{"content":")" + content +
           R"(","role":"assistant","index":0}]})";
}

const std::string kUsage =
    R"("usage":{"text":{"question_tokens":4,"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}})";

std::string frameOf(const std::string& head, const std::string& payload) {
    return "{" + head + R"(,"payload":{)" + payload + "}}";
}

struct Frames : CppUnit::TestCase {
    ScriptedReply reply;
    AnswerRelay relay{Service::chat, reply};

    void refuses(const std::string& message, ModelStatus expected) {
        try {
            relay.take(message);
        } catch (const CallFailure& failure) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(failure.what(), static_cast<int>(expected),
                                         static_cast<int>(failure.status()));
            return;
        }
        CPPUNIT_FAIL("taken: " + message);
    }
};

}  // namespace

SPEC(Frames, pass_byte_for_byte_with_members_we_do_not_know) {
    const std::string frame = "{ " + header(0, 1) +
                              R"(, "payload":{"choices":{"status":1,"seq":1,"text":[{"content":"",)"
                              R"("reasoning_content":"想","role":"assistant","index":0}]}},"x":1.50})";
    CPPUNIT_ASSERT(!relay.take(frame));
    CPPUNIT_ASSERT_EQUAL(frame, reply.frames.at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("cht1"), reply.id);
}

SPEC(Frames, are_held_while_the_next_one_is_here_already) {
    const std::string frame = frameOf(header(0, 1), choices(1, "a"));
    CPPUNIT_ASSERT(!relay.take(frame, true));
    CPPUNIT_ASSERT(!relay.take(frame, true));
    CPPUNIT_ASSERT(!relay.take(frame, false));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.frames.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), reply.heldFrames.size());
    CPPUNIT_ASSERT_EQUAL(std::string("cht1"), reply.id);
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 2), choices(2, "end") + "," + kUsage), true) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.lastFrames.size());
}

SPEC(Frames, are_held_also_when_they_are_changed_on_their_way) {
    const auto thought = R"("choices":{"status":1,"text":[{"reasoning_content":"hm"}]})";
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 1), thought), true));
    CPPUNIT_ASSERT(!relay.take("{\n" + header(0, 1) + R"(,"payload":{)" + choices(1, "a") + "}}", true));
    CPPUNIT_ASSERT(reply.frames.empty());
    CPPUNIT_ASSERT_EQUAL(
        frameOf(header(0, 1), R"("choices":{"status":1,"text":[{"content":"","reasoning_content":"hm"}]})"),
        reply.heldFrames.at(0));
    CPPUNIT_ASSERT_EQUAL("{ " + header(0, 1) + R"(,"payload":{)" + choices(1, "a") + "}}", reply.heldFrames.at(1));
    CPPUNIT_ASSERT(!relay.take("{" + header(0, 1) + "}", false));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.deltas.size());  // takes them along
}

SPEC(Frames, that_are_held_go_out_when_the_next_one_is_nothing_for_the_client) {
    const std::string nothing = "{" + header(0, 1) + "}";
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 1), choices(1, "a")), true));
    CPPUNIT_ASSERT(!relay.take(nothing, true));
    CPPUNIT_ASSERT(reply.deltas.empty());
    CPPUNIT_ASSERT(!relay.take(nothing, false));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.deltas.size());  // an empty one, which takes it along
    CPPUNIT_ASSERT(!relay.take(nothing, false));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.deltas.size());
}

SPEC(Frames, lose_line_breaks_between_tokens) {
    CPPUNIT_ASSERT(!relay.take("{\n" + header(0, 1) + ",\r\n\"payload\":{" + choices(1, "a\\nb") + "}}"));
    CPPUNIT_ASSERT(reply.frames.at(0).find_first_of("\r\n") == std::string::npos);
    CPPUNIT_ASSERT(reply.frames.at(0).find("a\\nb") != std::string::npos);
}

SPEC(Frames, get_an_empty_content_where_they_have_only_a_thought) {
    const std::string thought =
        "{" + header(0, 1) +
        R"(,"payload":{"choices":{"status":1,"seq":0,"text":[{"reasoning_content":"hm","role":"assistant","index":0}]}}})";
    CPPUNIT_ASSERT(!relay.take(thought));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.frames.size());
    CPPUNIT_ASSERT(reply.frames[0].find(R"("content":"")") != std::string::npos);
    CPPUNIT_ASSERT(reply.frames[0].find(R"("reasoning_content":"hm")") != std::string::npos);
}

SPEC(Frames, without_payload_are_skipped) {
    CPPUNIT_ASSERT(!relay.take("{" + header(0, 0) + "}"));
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 1), "")));
    CPPUNIT_ASSERT(!relay.take("{" + header(0, 1) + R"(,"payload":null})"));
    CPPUNIT_ASSERT(reply.frames.empty());
}

SPEC(Frames, of_a_web_search_pass_though_they_have_no_choices) {
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 0), R"("plugins":{"text":[{"name":"ifly_search"}]})")));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.frames.size());
}

SPEC(Frames, that_are_last_and_complete_pass_as_the_last_one) {
    const std::string frame = frameOf(header(0, 2), choices(2, "end") + "," + kUsage);
    CPPUNIT_ASSERT(relay.take(frame) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL(frame, reply.lastFrames.at(0));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), reply.lastUsage.total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), reply.lastUsage.question);
}

SPEC(Frames, that_are_last_only_by_their_choices_are_left_to_the_host) {
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 0), choices(2, "end") + "," + kUsage)) == ModelStatus::ok);
    CPPUNIT_ASSERT(reply.lastFrames.empty() && reply.frames.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("end"), reply.deltas.at(0));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), reply.lastUsage.total);
}

SPEC(Frames, that_are_last_without_usage_or_choices_are_left_to_the_host) {
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 2), choices(2, "end"))) == ModelStatus::ok);
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 2), kUsage)) == ModelStatus::ok);
    CPPUNIT_ASSERT(relay.take("{" + header(0, 2) + "}") == ModelStatus::ok);
    CPPUNIT_ASSERT(reply.lastFrames.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), reply.deltas.size());
}

SPEC(Frames, that_nobody_takes_end_the_call) {
    reply.takesMore = false;
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 1), choices(1, "a"))) == ModelStatus::stopped);
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 2), choices(2, "a") + "," + kUsage)) == ModelStatus::stopped);
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 2), choices(2, "a"))) == ModelStatus::stopped);
}

SPEC(Frames, with_an_error_end_the_call_also_in_mid_answer) {
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 0), choices(0, "a"))));
    refuses("{" + header(10014, 2) + "}", ModelStatus::contentRefused);
    refuses(frameOf(header(11202, 2), choices(2, "a")), ModelStatus::busy);
}

SPEC(Frames, that_look_sensitive_after_an_answer_complete_it) {
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 0), choices(0, "a"))));
    CPPUNIT_ASSERT(relay.take("{" + header(10019, 2) + "}") == ModelStatus::ok);
    CPPUNIT_ASSERT(reply.deltas.empty());
    CPPUNIT_ASSERT(reply.notes.at(0).find("10019") != std::string::npos);
}

SPEC(Frames, that_look_sensitive_and_carry_the_answer_deliver_it) {
    CPPUNIT_ASSERT(relay.take(frameOf(header(10019, 2), choices(2, "a") + "," + kUsage)) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL(std::string("a"), reply.deltas.at(0));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), reply.lastUsage.total);
}

SPEC(Frames, that_look_sensitive_before_any_answer_are_a_refusal) {
    CPPUNIT_ASSERT(!relay.take(frameOf(header(0, 0), choices(0, ""))));
    refuses("{" + header(10019, 2) + "}", ModelStatus::contentRefused);
}

SPEC(Frames, of_another_shape_are_refused) {
    for (const char* message :
         {"", "{", "[]", "null", "\"text\"", "{}", R"({"header":{}})", R"({"header":[]})", R"({"header":{"code":"0"}})",
          R"({"header":{"code":true}})", R"({"header":{"code":0.5}})", "{\"header\":{\"code\":0}} trailing"})
        refuses(message, ModelStatus::failed);
}

SPEC(Frames, with_members_of_another_type_do_no_harm) {
    for (const char* payload : {R"("choices":[])", R"("choices":{"text":{}})", R"("choices":{"text":[1,null,"a",[]]})",
                                R"("choices":{"text":[{"content":5}]})", R"("usage":{"text":[]})",
                                R"("choices":{"text":[{"content":"a"}],"status":"2"},"usage":7)",
                                R"("usage":{"text":{"total_tokens":"many"}},"choices":{"status":9223372036854775808})"})
        CPPUNIT_ASSERT_MESSAGE(payload, !relay.take(frameOf(header(0, 1), payload)));
}

SPEC(Frames, report_the_usage_that_they_have_and_no_other) {
    const auto reported = [](const std::string& text) {
        return iflytek::readAnswerFrame(frameOf(header(0, 2), R"("usage":{"text":)" + text + "}")).usage;
    };
    for (const char* text :
         {"{}", R"({"total_tokens":"43"})", R"({"prompt_tokens":5})",
          R"({"prompt_tokens":5,"completion_tokens":9,"total_tokens":"14"})",
          R"({"prompt_tokens":4.5,"completion_tokens":9,"total_tokens":14})",
          R"({"question_tokens":true,"total_tokens":14})", R"({"prompt_tokens":5,"completion_tokens":9.5})",
          R"({"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807})",
          R"({"total_tokens":99999999999999999999})", R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})"})
        CPPUNIT_ASSERT_MESSAGE(text, !reported(text));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(14), reported(R"({"prompt_tokens":5,"completion_tokens":9})")->total);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), reported(R"({"prompt_tokens":5,"total_tokens":0})")->total);
}

SPEC(Frames, that_are_last_with_a_usage_beyond_all_numbers_are_left_to_the_host) {
    const std::string usage = R"("usage":{"text":{"prompt_tokens":5,"total_tokens":99999999999999999999}})";
    CPPUNIT_ASSERT(relay.take(frameOf(header(0, 2), choices(2, "end") + "," + usage)) == ModelStatus::ok);
    CPPUNIT_ASSERT(reply.deltas == std::vector<std::string>{"end"} && reply.lastFrames.empty());
}

SPEC(Frames, with_more_values_than_any_answer_are_refused) {
    const auto withElements = [](int count) {
        std::string list = "{}";
        for (int i = 1; i < count; ++i) list += ",{}";
        return frameOf(header(0, 1), R"("choices":{"status":1,"text":[)" + list + "]}");
    };
    CPPUNIT_ASSERT(!relay.take(withElements(1000)));
    refuses(withElements(300'000), ModelStatus::failed);
}

SPEC(Frames, nested_without_end_are_refused) {
    refuses(R"({"header":)" + std::string(100'000, '[') + "}", ModelStatus::failed);
}
