// How long the audio is that a model has made.
#include "call/spoken_time.h"

#include "support/spec.h"

#include <string>

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct TimeOfSpeech : CppUnit::TestCase {
    static std::int64_t secondsOf(const std::string& first, const std::string& second) {
        SpokenTime time;
        time.add(first);
        time.add(second);
        return time.seconds();
    }
    static std::int64_t secondsOf(const std::string& first, std::size_t more) {
        return secondsOf(first, std::string(more, 's'));
    }
};

SPEC(TimeOfSpeech, is_that_of_samples_unless_a_wav_says_another_rate) {
    const std::string wav = "RIFF....WAVEfmt ............\x44\xac\0\0....data...."s;  // 44100 bytes a second
    CPPUNIT_ASSERT_EQUAL(std::size_t(44), wav.size());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), secondsOf(wav, 88'200));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), secondsOf(wav, 88'201));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), secondsOf("", 96'000));
    for (std::size_t cut = 1; cut < wav.size(); ++cut)
        CPPUNIT_ASSERT_EQUAL(std::int64_t(2),
                             secondsOf(wav.substr(0, cut), wav.substr(cut) + std::string(88'200, 's')));
    const std::string absurd = wav.substr(0, 28) + "\1\0\0\0"s + wav.substr(32);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), secondsOf(absurd, 48'000));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), secondsOf("RIFF", 10));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), secondsOf("", 0));
}

}  // namespace
