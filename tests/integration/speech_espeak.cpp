// speech_espeak, loaded from its .so.
#include "support/eventually.h"
#include "support/plugin_under_test.h"
#include "support/process_view.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "support/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Written = std::map<std::string, std::string>;

constexpr const char* kWav = "audio/wav";
constexpr const char* kPcm = "audio/L16;rate=24000";

struct SpeechEspeak : CppUnit::TestCase {
    PluginUnderTest plugin{"speech_espeak", {}};

    static std::string bytesOf(const Outcome& outcome) {
        std::string all;
        for (const std::string& frame : outcome.frames) all += frame;
        return all;
    }
    static Question asked(const std::string& text, const std::string& format, const std::string& voice,
                          double speed = 0) {
        Question question = Question::speech(text, format);
        question.request.voice = question.keep(voice);
        if (speed > 0) question.request.speed = {speed, 1};
        return question;
    }
    std::string said(const std::string& text, const std::string& format = kPcm, const std::string& voice = {},
                     double speed = 0) {
        const Outcome outcome = plugin.ask(asked(text, format, voice, speed));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.explanation + outcome.advice, int(ModelStatus::ok), int(outcome.status));
        return bytesOf(outcome);
    }
    double seconds(const std::string& text, const std::string& voice = {}, double speed = 0) {
        return double(said(text, kPcm, voice, speed).size()) / 48'000;
    }
    void assertRefuses(const Question& question, const std::string& part) {
        const Outcome outcome = plugin.ask(question);
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::badInput), int(outcome.status));
        CPPUNIT_ASSERT_MESSAGE(outcome.advice, outcome.advice.find(part) != std::string::npos);
        CPPUNIT_ASSERT(outcome.frames.empty());
    }
    static void assertNear(double expected, double value, double share) {
        CPPUNIT_ASSERT_DOUBLES_EQUAL(expected, value, expected * share);
    }
    static std::uint32_t numberAt(const std::string& bytes, std::size_t place, int size) {
        std::uint32_t number = 0;
        for (int i = size - 1; i >= 0; --i)
            number = number << 8U | static_cast<unsigned char>(bytes.at(place + std::size_t(i)));
        return number;
    }
    // Root of the mean square: silence has next to nothing.
    static double loudness(const std::string& pcm) {
        double sum = 0;
        for (std::size_t i = 0; i + 1 < pcm.size(); i += 2)
            sum += std::pow(double(std::int16_t(numberAt(pcm, i, 2))), 2);
        return std::sqrt(sum * 2 / double(std::max<std::size_t>(pcm.size(), 2)));
    }
    static std::string script(const TempDir& folder, const std::string& commands) {
        std::string file = folder.file("program");
        std::ofstream(file) << "#!/bin/sh\nPATH=/usr/bin:/bin\n" << commands << "\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }
    static void assertFails(const std::string& commands, const std::string& part) {
        const TempDir folder;
        PluginUnderTest plugin("speech_espeak", {{"program", script(folder, commands)}});
        const Outcome outcome = plugin.ask(Question::speech("a", kPcm));
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::failed), int(outcome.status));
        CPPUNIT_ASSERT_MESSAGE(outcome.explanation, outcome.explanation.find(part) != std::string::npos);
    }
    static std::string longText() {
        std::string text;
        for (int i = 0; i < 20'000; ++i)
            text += "The quick brown fox jumps over the lazy dog number " + std::to_string(i) + ". ";
        return text;
    }
};

SPEC(SpeechEspeak, makes_a_wav_of_a_length_that_nobody_knows_yet) {
    const std::string wav = said("Hello world, this is a test.", kWav);
    CPPUNIT_ASSERT_EQUAL("RIFF\xff\xff\xff\xffWAVEfmt "s, wav.substr(0, 16));
    CPPUNIT_ASSERT_EQUAL("data\xff\xff\xff\xff"s, wav.substr(36, 8));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(1), numberAt(wav, 22, 2));
    const std::uint32_t rate = numberAt(wav, 24, 4);
    CPPUNIT_ASSERT_EQUAL(2 * rate, numberAt(wav, 28, 4));
    assertNear(2, double(wav.size() - 44) / (2.0 * rate), 0.5);
    CPPUNIT_ASSERT(loudness(wav.substr(44)) > 500);
}

SPEC(SpeechEspeak, makes_raw_samples_at_the_rate_that_clients_expect) {
    const std::string text = "Hello world, this is a test.", wav = said(text, kWav), pcm = said(text, kPcm);
    assertNear(double(wav.size() - 44) / (2.0 * numberAt(wav, 24, 4)), double(pcm.size()) / 48'000, 0.01);
    assertNear(loudness(wav.substr(44)), loudness(pcm), 0.1);
}

SPEC(SpeechEspeak, speaks_faster_and_slower) {
    const std::string text = "A sentence that takes some seconds to be said aloud, which is long enough to compare.";
    const double plain = seconds(text);
    assertNear(plain / 2, seconds(text, {}, 2), 0.2);
    assertNear(plain / 0.6, seconds(text, {}, 0.6), 0.2);
    CPPUNIT_ASSERT(seconds(text, {}, 4) < plain / 3 && seconds(text, {}, 0.25) > plain * 1.8);
}

SPEC(SpeechEspeak, speaks_chinese_characters_in_mandarin_and_the_rest_in_english) {
    const double chinese = seconds("今天天气很好。"), english = seconds("The weather is fine.");
    assertNear(seconds("今天天气很好。", "cmn"), chinese, 0.02);
    assertNear(chinese + english, seconds("今天天气很好。The weather is fine."), 0.25);
    // As the other voice would say them: "Chinese letter, Chinese letter, ..."
    PluginUnderTest onlyEnglish("speech_espeak", {{"han_voice", "en"}});
    const Outcome letters = onlyEnglish.ask(Question::speech("今天天气很好。", kPcm));
    CPPUNIT_ASSERT(double(bytesOf(letters).size()) / 48'000 > 1.3 * chinese);
}

SPEC(SpeechEspeak, knows_the_voices_of_the_library_and_those_that_clients_of_openai_must_name) {
    const double plain = seconds("One two three four.");
    for (const std::string& name : {"alloy"s, "shimmer"s, "en-us"s, "EN-US"s})
        assertNear(plain, seconds("One two three four.", name), 0.02);
    CPPUNIT_ASSERT(seconds("Guten Tag", "de+f3") > 0.3);
    for (const std::string& name : {"nobody"s, "en+nobody"s, "../en"s, "mb-de3"s, "en\n"s})
        assertRefuses(asked("a", kWav, name), "there is no voice '" + name + "'");
    assertRefuses(Question::speech("a", "audio/mpeg"), "wav and pcm");
}

SPEC(SpeechEspeak, takes_a_text_for_what_is_to_be_heard) {
    CPPUNIT_ASSERT(seconds("<speak>Hi<break time=\"30s\"/>you</speak>") < 20);
    assertNear(seconds("a 200S b"),
               seconds("a\x01"
                       "200S b"),
               0.2);
    for (const std::string& text : {" "s, "\x01\x02"s, "\n\n"s})
        assertRefuses(Question::speech(text, kWav), "nothing in the text");
}

SPEC(SpeechEspeak, speaks_for_many_at_once_as_for_one) {
    const std::array<std::string, 4> texts{"One two three.", "今天天气很好。", "A somewhat longer sentence than those.",
                                           "Nine."};
    std::array<std::size_t, 4> sizes{};
    std::transform(texts.begin(), texts.end(), sizes.begin(),
                   [&](const std::string& text) { return said(text).size(); });
    std::list<CallInProgress> calls;
    for (int i = 0; i < 16; ++i) calls.emplace_back(plugin, Question::speech(texts[std::size_t(i % 4)], kPcm));
    int number = 0;
    for (CallInProgress& call : calls) {
        const Outcome& outcome = call.finished();
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(outcome.status));
        assertNear(double(sizes[std::size_t(number++ % 4)]), double(bytesOf(outcome).size()), 0.01);
    }
}

SPEC(SpeechEspeak, ends_when_the_client_leaves_or_the_time_is_over) {
    CallInProgress call(plugin, Question::speech(longText(), kWav));
    ASSERT_EVENTUALLY(call.host.delivered() > 1);
    call.host.leave();
    CPPUNIT_ASSERT_EQUAL("the client has left"s, call.finished().explanation);
    const Outcome late = plugin.ask(Question::speech(longText(), kWav), {500, 500, 500, 500});
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::timedOut), int(late.status));
    CallInProgress full(plugin, Question::speech(longText(), kWav));
    full.host.takeNoMore();
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(full.finished().status));
}

SPEC(SpeechEspeak, says_which_setting_or_package_is_missing) {
    const TempDir empty;
    const auto assertUnusable = [](const Written& written, const std::string& part) {
        const PluginUnderTest plugin("speech_espeak", written);
        CPPUNIT_ASSERT(!plugin.isUsable());
        CPPUNIT_ASSERT_MESSAGE(plugin.findings(), plugin.findings().find(part) != std::string::npos);
    };
    assertUnusable({{"data", empty.path()}}, "install the package espeak-ng-data");
    assertUnusable({{"program", empty.file("none")}}, "install the package espeak-ng");
    assertUnusable({{"voice", "nobody"}}, "'nobody' is no voice");
    assertUnusable({{"han_voice", "nobody"}}, "'nobody' is no voice");
}

SPEC(SpeechEspeak, outlives_a_program_that_fails_and_says_how) {
    assertFails("kill -SEGV $$", "signal 11");
    assertFails("exit 3", "code 3");
    assertFails("echo This is no sound, and it is longer than the head of one is.", "not a WAV");
    assertFails("printf RIFF", "not a WAV");
}

SPEC(SpeechEspeak, ends_a_program_that_hangs) {
    const TempDir folder;
    PluginUnderTest hanging("speech_espeak",
                            {{"program", script(folder, "echo $$ >" + folder.file("pid") + "; exec sleep 3600")}});
    const auto hasSaidItsNumber = [&] {  // in time; else it was ended before
        const Outcome late = hanging.ask(Question::speech("a", kPcm), {300, 300, 300, 60'000});
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::timedOut), int(late.status));
        return !readFile(folder.file("pid")).empty();
    };
    ASSERT_EVENTUALLY(hasSaidItsNumber());
    CPPUNIT_ASSERT(hasEnded(pid_t(std::stol(readFile(folder.file("pid"))))));
    CallInProgress left(hanging, Question::speech("a", kPcm), {60'000, 60'000, 60'000, 60'000});
    left.host.leave();
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(left.finished().status));
}

SPEC(SpeechEspeak, gives_the_program_nothing_of_the_worker) {
    const TempDir folder;
    PluginUnderTest looking("speech_espeak",
                            {{"program", script(folder, "ls /proc/self/fd >" + folder.file("fds") + "; env >" +
                                                            folder.file("env") + "; cat >" + folder.file("text"))}});
    looking.ask(Question::speech("What is said", kPcm));
    CPPUNIT_ASSERT_EQUAL("0\n1\n2\n3\n"s, readFile(folder.file("fds")));  // the last is that of ls
    CPPUNIT_ASSERT_EQUAL("What is said"s, readFile(folder.file("text")));
    CPPUNIT_ASSERT(readFile(folder.file("env")).find("HOME=") == std::string::npos);
}

}  // namespace
