// Recordings on their way up, and transcripts out of what comes back.
#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"
#include "iflytek/spark_iat/audio_frames.h"
#include "iflytek/spark_iat/transcript.h"
#include "support/spec.h"

using namespace aiproject;
using namespace aiproject::iflytek;

namespace {

const std::string kAppId = "app";

struct Voice : CppUnit::TestCase {
    DictationSettings settings;
    std::string pcm = std::string(2000, 'a') + std::string(500, 'b');
    std::uint32_t sampleRate = 16000;
    std::string language;

    Voice() {
        settings.frameBytes = 1000;
        settings.language = "zh_cn";
        settings.accent = "mandarin";
        settings.domain = "iat";
    }
    ModelRequest request() const {
        ModelRequest request{};
        request.kind = Kind::voice;
        request.media = std::string_view(pcm);
        request.sampleRate = sampleRate;
        request.language = language;
        return request;
    }
    std::vector<std::string> messages() const {
        AudioFrames frames(settings, kAppId, request());
        std::vector<std::string> all;
        while (!frames.isDone()) all.push_back(frames.next());
        return all;
    }
    ModelStatus refusal(std::string* advice = nullptr) const {
        try {
            checkRecording(request());
            return ModelStatus::ok;
        } catch (const CallFailure& failure) {
            if (advice) *advice = failure.forClient();
            return failure.status();
        }
    }
};

struct Transcripts : CppUnit::TestCase {
    Transcript transcript;

    void take(const std::string& pgs, std::int64_t number, const std::string& text) {
        const std::string result = R"({"sn":)" + std::to_string(number) + pgs +
                                   R"(,"ws":[{"bg":0,"cw":[{"sc":0,"w":")" + text + R"("},{"w":"worse"}]}]})";
        const auto read = readDictationResult(Variant::classic,
                                              R"({"code":0,"sid":"iat1","data":{"status":1,"result":)" + result + "}}");
        transcript.take(read.sentence.value());
    }
};

}  // namespace

SPEC(Voice, goes_up_in_pieces_that_end_with_an_empty_one) {
    const auto all = messages();
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), all.size());
    CPPUNIT_ASSERT_EQUAL(
        R"({"common":{"app_id":"app"},"business":{"language":"zh_cn","domain":"iat","accent":"mandarin","eos":10000,"vad_eos":10000,"dwa":"wpgs"},"data":{"status":0,"format":"audio/L16;rate=16000","encoding":"raw","audio":")" +
            base64(std::string(1000, 'a')) + "\"}}",
        all[0]);
    CPPUNIT_ASSERT_EQUAL(R"({"data":{"status":1,"format":"audio/L16;rate=16000","encoding":"raw","audio":")" +
                             base64(std::string(500, 'b')) + "\"}}",
                         all[2]);
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"data":{"status":2}})"), all[3]);
}

SPEC(Voice, never_begins_with_the_last_piece) {
    pcm = "ab";
    const auto all = messages();
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), all.size());
    CPPUNIT_ASSERT(all[0].find(R"("status":0)") != std::string::npos);
}

SPEC(Voice, in_a_language_that_the_client_names_says_so_where_the_service_has_it) {
    const auto says = [&](const std::string& wanted, const std::string& sent) {
        language = wanted;
        return messages()[0].find("\"language\":\"" + sent + "\"") != std::string::npos;
    };
    const auto isCorrected = [&] { return messages()[0].find("wpgs") != std::string::npos; };
    CPPUNIT_ASSERT(says("zh", "zh_cn") && isCorrected() && says("zh-TW", "zh_cn") && says("fr", "zh_cn"));
    CPPUNIT_ASSERT(says("en", "en_us") && !isCorrected() && says("en_GB", "en_us") && says("eng", "zh_cn"));
    settings.language = "en_us";
    CPPUNIT_ASSERT(says("", "en_us") && isCorrected() && says("zh", "zh_cn") && isCorrected());
    settings.language = "ja_jp";
    CPPUNIT_ASSERT(says("en", "ja_jp"));
    settings.language = "zh_cn";
    settings.variant = Variant::large;
    CPPUNIT_ASSERT(says("en", "zh_cn") && isCorrected());
}

SPEC(Voice, for_the_large_model_has_another_envelope) {
    settings.variant = Variant::large;
    settings.domain = "slm";
    settings.punctuation = Punctuation::off;
    sampleRate = 8000;
    const auto all = messages();
    CPPUNIT_ASSERT_EQUAL(
        R"({"header":{"app_id":"app","status":0},"parameter":{"iat":{"language":"zh_cn","domain":"slm","accent":"mandarin","eos":10000,"dwa":"wpgs","ptt":0,"result":{"encoding":"utf8","compress":"raw","format":"json"}}},"payload":{"audio":{"encoding":"raw","sample_rate":8000,"channels":1,"bit_depth":16,"seq":1,"status":0,"audio":")" +
            base64(std::string(1000, 'a')) + "\"}}}",
        all[0]);
    CPPUNIT_ASSERT_EQUAL(
        std::string(
            R"({"header":{"app_id":"app","status":2},"payload":{"audio":{"encoding":"raw","sample_rate":8000,"channels":1,"bit_depth":16,"seq":4,"status":2,"audio":""}}})"),
        all[3]);
}

SPEC(Voice, of_sixty_seconds_is_taken_and_no_more) {
    pcm.assign(60UL * 32000, 'a');
    CPPUNIT_ASSERT(refusal() == ModelStatus::ok);
    std::string advice;
    pcm.append("ab");
    CPPUNIT_ASSERT(refusal(&advice) == ModelStatus::inputTooLarge);
    CPPUNIT_ASSERT_EQUAL(std::string("the recording is 61 s long; the voice model takes at most 60 s"), advice);
    sampleRate = 8000;
    pcm.assign(75UL * 16000, 'a');
    CPPUNIT_ASSERT(refusal(&advice) == ModelStatus::inputTooLarge);
    CPPUNIT_ASSERT_EQUAL(std::string("the recording is 75 s long; the voice model takes at most 60 s"), advice);
}

SPEC(Voice, that_cannot_be_pcm_is_refused) {
    pcm = "abc";
    CPPUNIT_ASSERT(refusal() == ModelStatus::badInput);
    pcm = "";
    CPPUNIT_ASSERT(refusal() == ModelStatus::badInput);
    pcm = "ab";
    sampleRate = 44100;
    CPPUNIT_ASSERT(refusal() == ModelStatus::badInput);
}

SPEC(Transcripts, are_the_sentences_in_their_order) {
    take("", 2, "二");
    take("", 1, "一");
    take(R"(,"pgs":"apd","rg":[3,3])", 3, "三");
    CPPUNIT_ASSERT_EQUAL(std::string("一二三"), transcript.text());
}

SPEC(Transcripts, replace_what_was_heard_wrong) {
    take(R"(,"pgs":"apd")", 1, "今天");
    take(R"(,"pgs":"apd")", 2, "天汽");
    take(R"(,"pgs":"rpl","rg":[1,2])", 3, "今天天气");
    take(R"(,"pgs":"apd")", 4, "很好");
    CPPUNIT_ASSERT_EQUAL(std::string("今天天气很好"), transcript.text());
}

SPEC(Transcripts, survive_ranges_without_sense) {
    take("", 1, "一");
    take(R"(,"pgs":"rpl","rg":[5,2])", 2, "二");
    take(R"(,"pgs":"rpl","rg":[-9000000000000000000,0])", 3, "三");
    take(R"(,"pgs":"rpl","rg":"1,2")", 4, "四");
    take(R"(,"pgs":"rpl","rg":[1])", 5, "五");
    take(R"(,"pgs":"rpl","rg":[1,9223372036854775808])", 6, "六");
    CPPUNIT_ASSERT_EQUAL(std::string("一二三四五六"), transcript.text());
    take(R"(,"pgs":"rpl","rg":[0,9000000000000000000])", 7, "七");
    CPPUNIT_ASSERT_EQUAL(std::string("七"), transcript.text());
}

SPEC(Transcripts, have_a_limit) {
    const std::string page(10'000, 'x');
    for (int i = 0; i < 20; ++i) take("", i, page);
    try {
        for (int i = 20; i < 40; ++i) take("", i, page);
    } catch (const CallFailure& failure) {
        CPPUNIT_ASSERT(failure.status() == ModelStatus::failed);
        return;
    }
    CPPUNIT_FAIL("no limit");
}

SPEC(Transcripts, come_in_base64_from_the_large_model) {
    const std::string text = base64(R"({"sn":1,"ls":true,"pgs":"apd","ws":[{"cw":[{"w":"好"}]}]})");
    const auto result =
        readDictationResult(Variant::large, R"({"header":{"code":0,"message":"success","sid":"ase1","status":1},)"
                                            R"("payload":{"result":{"seq":1,"status":2,"text":")" +
                                                text + R"("}}})");
    CPPUNIT_ASSERT(result.isLast && result.sentence->text == "好" && result.error.id == "ase1");
    CPPUNIT_ASSERT(!readDictationResult(Variant::large, R"({"header":{"code":0,"status":0}})").sentence);
}

SPEC(Transcripts, of_another_shape_are_refused) {
    for (const char* message : {"[]", "{}", R"({"code":"0"})", R"({"header":{"code":0}})"})
        CPPUNIT_ASSERT_THROW_MESSAGE(message, readDictationResult(Variant::classic, message), CallFailure);
    for (const char* text : {"!!!!", "eyJ4Ig==", "W10=", "/////w=="}) {
        const std::string message =
            R"({"header":{"code":0},"payload":{"result":{"text":")" + std::string(text) + "\"}}}";
        CPPUNIT_ASSERT_THROW_MESSAGE(message, readDictationResult(Variant::large, message), CallFailure);
    }
}

SPEC(Transcripts, do_without_members_of_another_type) {
    for (const char* data : {"[]", R"({"status":"2"})", R"({"result":[]})", R"({"result":{"ws":{}}})",
                             R"({"result":{"ws":[1,{"cw":1},{"cw":[]},{"cw":[1]},{"cw":[{"w":1}]}]}})"}) {
        const auto result = readDictationResult(Variant::classic, R"({"code":0,"data":)" + std::string(data) + "}");
        CPPUNIT_ASSERT_MESSAGE(data, !result.isLast && (!result.sentence || result.sentence->text.empty()));
    }
}
