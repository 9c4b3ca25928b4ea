// What arrives as voice or picture, and by which marks it is known.
#include "http/upload.h"

#include "base/error.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/wav_file.h"

#include <string>
#include <utility>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct UploadedFile : CppUnit::TestCase {
    static std::string refusedVoice(const std::string& bytes, const std::string& fileName = "") {
        return expectError(ErrorKind::fileFormat, [&] { audioIn({bytes, fileName}); }).forClient();
    }
    static void assertMissing(const std::string& body, const std::string& contentType) {
        const Error error = expectError(ErrorKind::fileMissing, [&] { uploadIn(body, contentType); });
        CPPUNIT_ASSERT_EQUAL("the request has no file, or an empty one"s, error.forClient());
    }
};

const std::string kForm = "multipart/form-data; boundary=B";

std::string form(const std::string& name, const std::string& bytes) {
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"a.pcm\"\r\n\r\n" + bytes +
           "\r\n--B--\r\n";
}

SPEC(UploadedFile, is_the_raw_body_or_the_part_named_file) {
    const std::string raw = "bytes", parts = form("file", "bytes");
    CPPUNIT_ASSERT_EQUAL("bytes"s, std::string(uploadIn(raw, "").bytes));
    CPPUNIT_ASSERT_EQUAL("bytes"s, std::string(uploadIn(raw, "audio/L16").bytes));
    CPPUNIT_ASSERT_EQUAL("bytes"s, std::string(uploadIn(raw, "application/x-www-form-urlencoded").bytes));
    CPPUNIT_ASSERT_EQUAL("bytes"s, std::string(uploadIn(parts, kForm).bytes));
    CPPUNIT_ASSERT_EQUAL("a.pcm"s, uploadIn(parts, kForm).fileName);
}

SPEC(UploadedFile, that_is_empty_or_not_there_is_missing) {
    assertMissing("", "");
    assertMissing(form("file", ""), kForm);
    assertMissing(form("voice", "bytes"), kForm);
    assertMissing("--B--\r\n", kForm);
}

SPEC(UploadedFile, of_a_broken_form_is_a_bad_request) {
    expectError(ErrorKind::badRequest, [] { uploadIn("bytes", kForm); });
    expectError(ErrorKind::badRequest, [] { uploadIn("bytes", "multipart/form-data"); });
}

SPEC(UploadedFile, without_a_mark_is_16_kilohertz_pcm) {
    const Audio audio = audioIn({"pcm!", ""});
    CPPUNIT_ASSERT_EQUAL("pcm!"s, std::string(audio.pcm));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(16'000), audio.sampleRate);
}

SPEC(UploadedFile, that_is_a_wav_is_known_by_its_bytes_whatever_its_name) {
    const std::string wav = wavOf("pcm!", {1, 1, 8'000, 16});
    for (const std::string& name : {""s, "a.wav"s, "a.pcm"s, "a.txt"s}) {
        CPPUNIT_ASSERT_EQUAL("pcm!"s, std::string(audioIn({wav, name}).pcm));
        CPPUNIT_ASSERT_EQUAL(std::uint32_t(8'000), audioIn({wav, name}).sampleRate);
    }
    refusedVoice(wavOf("pcm!", {1, 2, 16'000, 16}), "a.wav");
}

SPEC(UploadedFile, may_have_the_extensions_of_voice_in_any_case) {
    for (const std::string& name :
         {""s, "voice"s, "a.pcm"s, "a.PCM"s, "a.b.Wav"s, "a.raw"s, "\u5f55\u97f3.pcm"s, "C:\\a.pcm"s, "a."s})
        CPPUNIT_ASSERT_EQUAL("pcm!"s, std::string(audioIn({"pcm!", name}).pcm));
    for (const std::string& name : {"a.mp3"s, "a.txt"s, "a.pcm.exe"s, "a.m4a"s, ".jpg"s, "a.pcm "s})
        assertSays(refusedVoice("pcm!", name), ".pcm and .wav");
}

SPEC(UploadedFile, of_a_foreign_format_is_refused_by_its_name) {
    const std::pair<std::string, std::string> formats[] = {
        {"ID3\x04\0\0"s, "MP3"},       {"OggS\0\2"s, "Ogg"}, {"fLaC\0\0"s, "FLAC"}, {"\xff\xd8\xff\xe0"s, "JPEG"},
        {"\x89PNG\r\n\x1a\n"s, "PNG"}, {"GIF89a"s, "GIF"},   {"%PDF-1.7"s, "PDF"},  {"PK\x03\x04"s, "ZIP"}};
    for (const auto& [bytes, name] : formats) {
        assertSays(refusedVoice(bytes), "a " + name + " file");
        assertSays(refusedVoice(bytes, "a.pcm"), "a " + name + " file");
    }
}

SPEC(UploadedFile, of_pcm_has_whole_samples) {
    assertSays(refusedVoice("odd"), "even number");
    assertSays(refusedVoice("x"), "even number");
}

SPEC(UploadedFile, that_is_a_picture_is_known_by_its_bytes) {
    CPPUNIT_ASSERT(isJpeg("\xff\xd8\xff\xe0 picture") && !isPng("\xff\xd8\xff\xe0 picture"));
    CPPUNIT_ASSERT(isPng("\x89PNG\r\n\x1a\n picture") && !isJpeg("\x89PNG\r\n\x1a\n picture"));
    for (const std::string& bytes :
         {""s, "\xff\xd8"s, "\x89PNG\r\n\x1a"s, "\x89PNG\n"s, "GIF89a"s, "<svg/>"s, "\xff\xd9\xff"s})
        CPPUNIT_ASSERT(!isJpeg(bytes) && !isPng(bytes));
}

}  // namespace
