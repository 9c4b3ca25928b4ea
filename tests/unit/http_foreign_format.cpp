// What is certainly not PCM, and that PCM may begin with any bytes.
#include "http/foreign_format.h"

#include "support/spec.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

std::string formatNamed(const std::string& bytes) {
    const char* name = foreignFormat(bytes);
    return name ? name : "";
}

// A frame of that head whose content is no frame.
std::string encodedFrame(const std::string& head, std::size_t size) {
    return head + std::string(size - head.size(), '\x55');
}

std::string tone(std::size_t bytes) {
    std::string pcm;
    for (int i = 0; pcm.size() < bytes; ++i) {
        const auto sample = static_cast<std::int16_t>(8'000 * std::sin(i * 0.171));
        pcm += {char(sample & 0xff), char(sample >> 8)};
    }
    return pcm;
}

struct EncodedFrame {
    const char* what;
    std::string head;
    std::size_t size;
    std::string name;
};

const std::vector<EncodedFrame> kFrames{
    {"MPEG-1 layer III, 128 kbit/s, 44.1 kHz", "\xff\xfb\x90\x64"s, 417, "MP3"},
    {"the same with padding and a checksum", "\xff\xfa\x92\x64"s, 418, "MP3"},
    {"MPEG-2 layer III, 64 kbit/s, 16 kHz", "\xff\xf3\x88\xc4"s, 288, "MP3"},
    {"MPEG-2.5 layer III, 8 kbit/s, 8 kHz", "\xff\xe3\x18\xc4"s, 72, "MP3"},
    {"MPEG-1 layer II, 192 kbit/s, 48 kHz", "\xff\xfd\xa4\x04"s, 576, "MP3"},
    {"MPEG-1 layer I, 32 kbit/s, 32 kHz", "\xff\xff\x18\x04"s, 48, "MP3"},
    {"AAC in ADTS, 16 kHz", "\xff\xf1\x60\x40\x10\x1f\xfc"s, 128, "AAC"},
    {"AAC in ADTS, MPEG-2, with a checksum", "\xff\xf8\x60\x40\x10\x1f\xfc"s, 128, "AAC"},
    {"AAC in LATM", "\x56\xe0\x7d"s, 128, "AAC"}};

struct ForeignFormat : CppUnit::TestCase {};

SPEC(ForeignFormat, is_known_by_a_second_frame_where_the_first_one_ends) {
    for (const auto& [what, head, size, name] : kFrames) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, name,
                                     formatNamed(encodedFrame(head, size) + encodedFrame(head, size) + "rest"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, ""s, formatNamed(encodedFrame(head, size) + tone(4'000)));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, ""s, formatNamed(encodedFrame(head, size + 1) + encodedFrame(head, size)));
    }
}

SPEC(ForeignFormat, has_frames_of_one_kind) {
    CPPUNIT_ASSERT_EQUAL(
        ""s, formatNamed(encodedFrame("\xff\xfb\x90\x64"s, 417) + encodedFrame("\xff\xfb\x94\x64"s, 384)));  // 48 kHz
    CPPUNIT_ASSERT_EQUAL(
        "MP3"s, formatNamed(encodedFrame("\xff\xfb\x90\x64"s, 417) + encodedFrame("\xff\xfb\xb0\x64"s, 626)));  // VBR
}

SPEC(ForeignFormat, is_known_by_the_marks_of_containers) {
    const std::pair<std::string, std::string> files[] = {{"ID3\x03\0\0\0\0\x02\x01"s, "MP3"},
                                                         {"ID3\x04\0\0\0\0\0\x23TSSE\0\0\0\x0f"s, "MP3"},
                                                         {"#!AMR\n\x3c"s, "AMR"},
                                                         {"#!AMR-WB\n"s, "AMR"},
                                                         {"\x02#!SILK_V3"s, "SILK"},
                                                         {"\x1a\x45\xdf\xa3\x9f\x42\x86\x81"s, "WebM or Matroska"},
                                                         {"\0\0\0\x18\x66typmp42"s, "MP4"},
                                                         {"\0\0\0\x1c\x66typ3gp4"s, "MP4"},
                                                         {"OggS\0\2"s, "Ogg"},
                                                         {"fLaC\0\0"s, "FLAC"},
                                                         {"FORM\0\0\1\0AIFF"s, "AIFF"},
                                                         {".snd\0\0\0\x18"s, "AU"},
                                                         {"caff\0\1\0\0"s, "CAF"},
                                                         {"RIFX\0\0\1\0WAVE"s, "RIFX (big-endian WAV)"},
                                                         {"RIFF\x04\0\0\0AVI "s, "RIFF"},
                                                         {"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9"s, "WMA"},
                                                         {"\xff\xd8\xff\xe0\0\x10JFIF\0"s, "JPEG"},
                                                         {"\xff\xd8\xff\xe1\x10\0Exif\0\0"s, "JPEG"},
                                                         {"\xff\xd8\xff\xdb\0\4qq\xff\xc0\0"s, "JPEG"}};
    for (const auto& [bytes, name] : files) CPPUNIT_ASSERT_EQUAL(name, formatNamed(bytes));
}

SPEC(ForeignFormat, is_not_what_begins_with_any_two_or_three_bytes) {
    const std::string rest = tone(6'000);
    std::string pcm = "xy" + rest;
    for (int first = 0; first < 0x10000; ++first) {
        pcm[0] = char(first >> 8);
        pcm[1] = char(first);
        if (foreignFormat(pcm)) CPPUNIT_FAIL("PCM that begins with " + std::to_string(first));
    }
    for (const std::string& start : {"ID3"s, "\xff\xd8\xff"s, "\xff\xd8\xff\xe0"s, "ID3\xff\xff\xff\xff\xff\xff\xff"s,
                                     "ID3\x03\0\0\0\0\x02\x01"s + "ab"})
        CPPUNIT_ASSERT_EQUAL(""s, formatNamed(start + rest));
}

SPEC(ForeignFormat, is_not_silence_nor_any_constant_level) {
    for (int level = 0; level < 0x10000; ++level) {
        std::string pcm;
        for (int i = 0; i < 1'000; ++i) pcm += {char(level), char(level >> 8)};
        if (foreignFormat(pcm)) CPPUNIT_FAIL("PCM of the level " + std::to_string(level));
    }
}

SPEC(ForeignFormat, is_not_known_in_nothing) {
    CPPUNIT_ASSERT_EQUAL(""s, formatNamed(""));
    for (const auto& sample : kFrames)
        for (std::size_t size = 0; size < sample.size; ++size)
            CPPUNIT_ASSERT_EQUAL(""s, formatNamed(encodedFrame(sample.head, sample.size).substr(0, size)));
}

}  // namespace
