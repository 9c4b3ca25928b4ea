// The pieces in which a text is spoken, and the names of voices.
#include "speech_espeak/passages.h"
#include "speech_espeak/voices.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace aiproject::espeak;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::string shown(const std::string& text) {
    std::string all;
    for (const Passage& passage : passagesOf(text))
        all += (passage.isHan ? "<" : "[") + passage.text + (passage.hasPause ? "." : "") + (passage.isHan ? ">" : "]");
    return all;
}

struct Passages : CppUnit::TestCase {};

SPEC(Passages, are_each_in_one_script) {
    CPPUNIT_ASSERT_EQUAL("[Hello, ]<世界 >[and 2026 ]<年！.>"s, shown("Hello, 世界 and 2026 年！"));
    CPPUNIT_ASSERT_EQUAL("<2026年.>"s, shown("2026年"));
    CPPUNIT_ASSERT_EQUAL("[12.]"s, shown("12"));
    CPPUNIT_ASSERT_EQUAL("[Привет, мир.]"s, shown("Привет, мир"));
}

SPEC(Passages, have_no_command_to_the_engine_and_nothing_that_is_no_text) {
    CPPUNIT_ASSERT_EQUAL("[ 50S  a b.]"s, shown("\x01"
                                                "50S\x1b\x7f"
                                                "a\tb"));
    CPPUNIT_ASSERT_EQUAL("[ab.]"s, shown("a\xee\x80\x80\xef\xbf\xbf\xff\xed\xa0\x80"
                                         "b"));
    CPPUNIT_ASSERT_EQUAL("[a b.]"s, shown("a\0b"s));
}

SPEC(Passages, are_none_where_there_is_nothing_to_say) {
    for (const std::string& text : {""s, "  \n\t"s, "\x01\x02"s, "\xff\xfe"s, "\u200b\u3000"s})
        CPPUNIT_ASSERT_EQUAL(""s, shown(text));
}

SPEC(Passages, pause_where_a_sentence_ends) {
    CPPUNIT_ASSERT_EQUAL("<你好！.>[Hello ]<世界.>"s, shown("你好！Hello 世界"));
    CPPUNIT_ASSERT_EQUAL("[Done. .]<好.>"s, shown("Done. 好"));
}

SPEC(Passages, begin_no_phonemes) { CPPUNIT_ASSERT_EQUAL("[[ [ [h@l'oU]] [x].]"s, shown("[[[h@l'oU]] [x]")); }

SPEC(Passages, are_a_hundred_at_most_and_lose_nothing) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "a好";
    const auto passages = passagesOf(text);
    CPPUNIT_ASSERT_EQUAL(std::size_t(100), passages.size());
    std::string all;
    for (const Passage& passage : passages) all += passage.text;
    CPPUNIT_ASSERT_EQUAL(text, all);
    CPPUNIT_ASSERT(passages.back().isHan);  // that voice reads both
}

struct VoiceNames : CppUnit::TestCase {
    TempDir data;

    void add(const std::string& file) const {
        const std::filesystem::path path = data.file(file);
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << "name";
    }
};

SPEC(VoiceNames, are_those_of_the_installed_files) {
    for (const char* file : {"lang/gmw/en-US", "lang/sit/cmn", "lang/ko", "voices/!v/f3", "voices/mb/mb-de3"})
        add(file);
    const Voices voices(data.path());
    CPPUNIT_ASSERT_EQUAL("gmw/en-US"s, voices.find("en-us").value());
    CPPUNIT_ASSERT_EQUAL("gmw/en-US+f3"s, voices.find("EN-US+F3").value());
    CPPUNIT_ASSERT_EQUAL("ko"s, voices.find("ko").value());
    for (const std::string& name :
         {""s, "+f3"s, "ko+"s, "ko+f4"s, "mb-de3"s, "gmw"s, "gmw/en-US"s, "../lang/ko"s, "f3"s})
        CPPUNIT_ASSERT_MESSAGE(name, !voices.find(name));
    CPPUNIT_ASSERT_EQUAL("cmn, en-us, ko"s, voices.languages());
}

SPEC(VoiceNames, are_missed_with_the_package_that_brings_them) {
    try {
        const Voices voices(data.path());
        CPPUNIT_FAIL("there are no voices");
    } catch (const std::runtime_error& error) {
        CPPUNIT_ASSERT_MESSAGE(error.what(), std::string(error.what()).find("espeak-ng-data") != std::string::npos);
    }
}

}  // namespace
