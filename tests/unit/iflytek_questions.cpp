// The messages that ask: chat and image understanding.
#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"
#include "iflytek/spark_chat/chat_question.h"
#include "iflytek/spark_image/image_question.h"
#include "support/spec.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::iflytek;
using namespace std::string_literals;

namespace {

struct Questions : CppUnit::TestCase {
    Questions() {
        settings.parameters.domain = "generalv3.5";
        settings.webSearch = WebSearch::off;
    }

    ChatSettings settings;
    using Said = std::pair<const char*, const char*>;  // role and content
    std::vector<Said> turns{{"system", "Be short."}, {"user", "你好"}};
    Sampling sampling;

    std::string ask() const {
        std::vector<Turn> said(turns.size());
        for (std::size_t i = 0; i < turns.size(); ++i) said[i].role = turns[i].first, said[i].content = turns[i].second;
        ModelRequest request;
        request.turns = {said.data(), said.size()};
        request.sampling = &sampling;
        request.user = "user-1";
        return ChatQuestions(settings, "app").of(request);
    }
    static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

const std::string dialog = R"([{"role":"system","content":"Be short."},{"role":"user","content":"你好"}])";

ModelStatus refusalOf(const std::string& picture, std::string& advice) {
    try {
        checkPicture(picture);
        return ModelStatus::ok;
    } catch (const CallFailure& failure) {
        advice = failure.forClient();
        return failure.status();
    }
}

}  // namespace

SPEC(Questions, say_the_dialog_turn_by_turn) {
    const std::string question = ask();
    CPPUNIT_ASSERT(has(question, R"("text":)" + dialog));
    objectOf(question);
    turns = {{"user", "a"}, {"assistant", ""}, {"user", "c\"\n"}};
    CPPUNIT_ASSERT(has(ask(), R"("text":[{"role":"user","content":"a"},{"role":"assistant","content":""},)"
                              R"({"role":"user","content":"c\"\n"}])"));
}

SPEC(Questions, name_who_asks_and_how) {
    CPPUNIT_ASSERT_EQUAL(
        R"({"header":{"app_id":"app","uid":"user-1"},"parameter":{"chat":{"domain":"generalv3.5","temperature":0.5,"top_k":4,"max_tokens":4096,"tools":[{"type":"web_search","web_search":{"enable":false,"show_ref_label":false,"search_mode":"normal"}}]}},"payload":{"message":{"text":)" +
            dialog + "}}}",
        ask());
}

SPEC(Questions, withhold_the_user_and_the_tools_when_told_so) {
    settings.parameters.userId = UserId::withheld;
    settings.webSearch = WebSearch::unsaid;
    const std::string question = ask();
    CPPUNIT_ASSERT(!has(question, "uid") && !has(question, "tools"));
    settings.webSearch = WebSearch::on;
    CPPUNIT_ASSERT(has(ask(), R"("enable":true)"));
}

SPEC(Questions, of_one_model_have_nothing_of_each_other) {
    const ChatQuestions questions(settings, "a\"pp");
    const auto asked = [&](std::string_view user, std::string_view said) {
        Turn turn;
        turn.role = "user";
        turn.content = said;
        ModelRequest request;
        request.turns = {&turn, 1};
        request.sampling = &sampling;
        request.user = user;
        return objectOf(questions.of(request));
    };
    for (const char* user : {"user \"1\"\\\n", "", "用户"}) {
        const auto question = asked(user, user);
        CPPUNIT_ASSERT_EQUAL(std::string(user), memberText(memberObject(question, "header"), "uid"));
        CPPUNIT_ASSERT_EQUAL(std::string("a\"pp"), memberText(memberObject(question, "header"), "app_id"));
        const auto text = memberArray(memberObject(memberObject(question, "payload"), "message"), "text");
        CPPUNIT_ASSERT_EQUAL(std::string(user), memberText(text->getObject(0), "content"));
    }
}

SPEC(Questions, drop_an_empty_system_turn) {
    turns[0].second = "";
    CPPUNIT_ASSERT(has(ask(), R"("text":[{"role":"user","content":"你好"}])"));
}

SPEC(Questions, turn_system_into_talk_for_versions_that_lack_it) {
    settings.systemRole = Support::no;
    const std::string question = ask();
    CPPUNIT_ASSERT(has(question, R"([{"role":"user","content":"Be short."},{"role":"assistant",)"));
    CPPUNIT_ASSERT(has(question, R"(,{"role":"user","content":"你好"}])"));
    CPPUNIT_ASSERT(!has(question, "system"));
    turns.erase(turns.begin());
    CPPUNIT_ASSERT(has(ask(), R"("text":[{"role":"user","content":"你好"}])"));
}

SPEC(Questions, join_system_turns_wherever_they_stand) {
    const std::string joined = R"("text":[{"role":"system","content":"one\n\ntwo"},{"role":"user","content":"q"}])";
    turns = {{"system", "one"}, {"system", "two"}, {"user", "q"}};
    CPPUNIT_ASSERT(has(ask(), joined));
    turns = {{"system", "one"}, {"system", ""}, {"user", "q"}, {"system", "two"}, {"user", ""}};
    CPPUNIT_ASSERT(has(ask(), joined));
    turns = {{"user", "a"}, {"assistant", "b"}, {"system", "one"}, {"user", "c"}};
    CPPUNIT_ASSERT(has(ask(), R"([{"role":"system","content":"one"},{"role":"user","content":"a"},)"
                              R"({"role":"assistant","content":"b"},{"role":"user","content":"c"}])"));
    settings.systemRole = Support::no;
    CPPUNIT_ASSERT(has(ask(), R"([{"role":"user","content":"one"},{"role":"assistant","content":)"));
    CPPUNIT_ASSERT(!has(ask(), "system"));
}

SPEC(Questions, join_neighbours_of_one_role) {
    turns = {{"user", "a"}, {"user", "b"}, {"assistant", "c"}, {"assistant", "d"}, {"user", "e"}};
    CPPUNIT_ASSERT(has(ask(), R"([{"role":"user","content":"a\n\nb"},{"role":"assistant","content":"c\n\nd"},)"
                              R"({"role":"user","content":"e"}])"));
}

SPEC(Questions, whose_first_turn_is_the_assistants_are_refused_by_its_number) {
    const auto refused = [this] {
        try {
            ask();
        } catch (const CallFailure& failure) {
            CPPUNIT_ASSERT(failure.status() == ModelStatus::badInput);
            return failure.forClient();
        }
        return std::string();
    };
    turns = {{"assistant", "Hello!"}, {"user", "q"}};
    CPPUNIT_ASSERT(has(refused(), "dialog[0] is the assistant's"));
    turns = {{"system", "s"}, {"assistant", "Hello!"}, {"user", "q"}};
    CPPUNIT_ASSERT(has(refused(), "dialog[1] is the assistant's"));
    settings.systemRole = Support::no;  // which puts a turn of the user before it that is none of the user's
    CPPUNIT_ASSERT(has(refused(), "dialog[1] is the assistant's"));
}

SPEC(Questions, escape_what_they_rewrite) {
    turns[0].second = "";
    turns[1].second = "a\"b\\c\n\x01天\xF0\x9F\x98\x80";
    const auto message = objectOf(ask())->getObject("payload")->getObject("message");
    CPPUNIT_ASSERT_EQUAL(std::string("a\"b\\c\n\x01天\xF0\x9F\x98\x80"),
                         message->getArray("text")->getObject(0)->getValue<std::string>("content"));
}

SPEC(Questions, take_sampling_values_from_the_client_one_by_one) {
    const auto valuesIn = [this] {
        const std::string question = ask();
        const auto from = question.find("\"temperature\"");
        return question.substr(from, question.find(",\"tools\"") - from);
    };
    sampling.topP = {1, 1};  // says nothing
    CPPUNIT_ASSERT_EQUAL(R"("temperature":0.5,"top_k":4,"max_tokens":4096)"s, valuesIn());
    sampling.temperature = {0.25, 1};
    CPPUNIT_ASSERT_EQUAL(R"("temperature":0.25,"top_k":4,"max_tokens":4096)"s, valuesIn());
    sampling.topK = {6, 1};
    CPPUNIT_ASSERT_EQUAL(R"("temperature":0.25,"top_k":6,"max_tokens":4096)"s, valuesIn());
    sampling.maxTokens = {1, 1};
    CPPUNIT_ASSERT_EQUAL(R"("temperature":0.25,"top_k":6,"max_tokens":1)"s, valuesIn());
    sampling.temperature.value = 0;  // which the upstream does not have
    CPPUNIT_ASSERT_EQUAL(R"("temperature":0.001,"top_k":6,"max_tokens":1)"s, valuesIn());
}

SPEC(Questions, with_a_sampling_value_beyond_the_versions_limits_are_refused_by_its_name) {
    settings.limits = {1, 8'192};
    const auto refused = [this](const Sampling& wanted) {
        sampling = wanted;
        try {
            ask();
        } catch (const CallFailure& failure) {
            CPPUNIT_ASSERT(failure.status() == ModelStatus::badInput);
            return failure.forClient();
        }
        return std::string();
    };
    Sampling wanted;
    wanted.temperature = {1, 1}, wanted.topK = {1, 1}, wanted.maxTokens = {8'192, 1};
    CPPUNIT_ASSERT_EQUAL(""s, refused(wanted));
    wanted.temperature.value = 1.5;
    CPPUNIT_ASSERT_EQUAL("temperature is 1.5; this model takes 0 to 1"s, refused(wanted));
    for (const double odd : {-0.1, std::nan("")}) {
        wanted.temperature.value = odd;
        CPPUNIT_ASSERT(has(refused(wanted), "this model takes 0 to 1"));
    }
    wanted.temperature = {}, wanted.topK.value = 7;
    CPPUNIT_ASSERT_EQUAL("top_k is 7; this model takes 1 to 6"s, refused(wanted));
    wanted.topK.value = 0;
    CPPUNIT_ASSERT_EQUAL("top_k is 0; this model takes 1 to 6"s, refused(wanted));
    wanted.topK = {}, wanted.maxTokens.value = 8'193;
    CPPUNIT_ASSERT_EQUAL("max_tokens is 8193; this model takes 1 to 8192"s, refused(wanted));
    wanted.maxTokens = {}, wanted.topP = {0.9, 1};
    CPPUNIT_ASSERT_EQUAL("top_p is unknown to this model; leave it out, or set temperature"s, refused(wanted));
}

SPEC(Questions, about_a_picture_carry_it_first) {
    ImageSettings image;
    image.parameters.domain = "imagev3";
    image.question = "图里\"有什么\"";
    ModelRequest request{};
    request.media = "\xFF\xD8\xFF\xE0 rest";
    const auto text = objectOf(ImageQuestions(image, "app").of(request))
                          ->getObject("payload")
                          ->getObject("message")
                          ->getArray("text");
    CPPUNIT_ASSERT_EQUAL(std::string("image"), text->getObject(0)->getValue<std::string>("content_type"));
    CPPUNIT_ASSERT_EQUAL(base64("\xFF\xD8\xFF\xE0 rest"), text->getObject(0)->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL(image.question, text->getObject(1)->getValue<std::string>("content"));
}

SPEC(Questions, about_what_is_no_jpeg_are_not_asked) {
    std::string advice;
    for (const char* bytes : {"", "\xFF\xD8", "\x89PNG", "GIF89a"})
        CPPUNIT_ASSERT(refusalOf(bytes, advice) == ModelStatus::badInput);
    CPPUNIT_ASSERT_EQUAL(std::string("the picture is no JPEG"), advice);
    CPPUNIT_ASSERT(refusalOf("\xFF\xD8\xFF", advice) == ModelStatus::ok);
}

SPEC(Questions, about_too_large_a_picture_name_the_limit) {
    std::string advice;
    std::string picture = "\xFF\xD8\xFF" + std::string(kMaxPictureBytes - 3, 'x');
    CPPUNIT_ASSERT(refusalOf(picture, advice) == ModelStatus::ok);
    CPPUNIT_ASSERT(refusalOf(picture + "x", advice) == ModelStatus::inputTooLarge);
    CPPUNIT_ASSERT_EQUAL(std::string("the picture has 4.1 MB; the picture model takes at most 4 MB"), advice);
}
