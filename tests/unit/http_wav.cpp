// WAV containers: which are taken, and what is said of the others.
#include "http/wav.h"

#include "support/spec.h"
#include "unit/expect.h"
#include "unit/wav_file.h"

#include <random>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kSamples = "01234567";
// The GUID of PCM in a WAVE_FORMAT_EXTENSIBLE, from its second byte pair on.
const std::string kGuidEnd = "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"s;

struct Wav : CppUnit::TestCase {
    static std::string samplesOf(const std::string& wav) { return std::string(pcmOf(wav).pcm); }
    static std::string refused(const std::string& wav) {
        CPPUNIT_ASSERT(isWav(wav));
        return expectError(ErrorKind::fileFormat, [&] { pcmOf(wav); }).forClient();
    }
    static std::string extensible(std::uint32_t tag) {
        return riff(formatChunk({0xfffe, 1, 16'000, 16}, littleEndian(22, 2) + littleEndian(16, 2) +
                                                             littleEndian(4, 4) + littleEndian(tag, 2) + kGuidEnd) +
                    chunk("data", kSamples));
    }
};

SPEC(Wav, of_16_and_8_kilohertz_is_taken) {
    const std::string wide = wavOf(kSamples), narrow = wavOf(kSamples, {1, 1, 8'000, 16});
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(wide));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(16'000), pcmOf(wide).sampleRate);
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(narrow));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(8'000), pcmOf(narrow).sampleRate);
}

SPEC(Wav, is_known_by_its_bytes) {
    CPPUNIT_ASSERT(isWav(wavOf("")));
    CPPUNIT_ASSERT(!isWav(""));
    CPPUNIT_ASSERT(!isWav("RIFF"));
    CPPUNIT_ASSERT(!isWav("RIFF\x04\0\0\0WAV"s));
    CPPUNIT_ASSERT(!isWav("RIFF\x04\0\0\0AVI "s));
    CPPUNIT_ASSERT(!isWav("riff\x04\0\0\0WAVE"s));
}

SPEC(Wav, of_another_form_is_refused_and_says_which) {
    assertSays(refused(wavOf(kSamples, {1, 2, 16'000, 16})), "2 channels");
    assertSays(refused(wavOf(kSamples, {1, 0, 16'000, 16})), "0 channels");
    assertSays(refused(wavOf(kSamples, {1, 1, 16'000, 8})), "8 bits");
    assertSays(refused(wavOf(kSamples, {1, 1, 16'000, 24})), "24 bits");
    assertSays(refused(wavOf(kSamples, {1, 1, 44'100, 16})), "44100 samples");
    assertSays(refused(wavOf(kSamples, {1, 1, 0, 16})), "0 samples");
    assertSays(refused(wavOf(kSamples, {3, 1, 16'000, 32})), "not PCM but floating point");
    assertSays(refused(wavOf(kSamples, {6, 1, 8'000, 8})), "not PCM but A-law");
    assertSays(refused(wavOf(kSamples, {7, 1, 8'000, 8})), "not PCM but mu-law");
    assertSays(refused(wavOf(kSamples, {0x1234, 1, 8'000, 16})), "format 4660");
}

SPEC(Wav, in_the_extensible_form_is_taken_when_it_holds_pcm) {
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(extensible(1)));
    assertSays(refused(extensible(3)), "not PCM");
    std::string foreign = extensible(1);
    foreign[foreign.find(kGuidEnd) + 4] = 'x';
    assertSays(refused(foreign), "not PCM");
    assertSays(refused(riff(formatChunk({0xfffe, 1, 16'000, 16}) + chunk("data", kSamples))), "not PCM");
}

SPEC(Wav, may_have_other_chunks_of_even_and_odd_size) {
    const std::string info = chunk("LIST", "INFOISFT1"), format = formatChunk({}), data = chunk("data", kSamples);
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(riff(info + format + data)));
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(riff(format + info + data)));
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(riff(chunk("bext", "") + format + chunk("fact", "1234") + data + info)));
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(riff(format + data + chunk("data", "second"))));
}

SPEC(Wav, whose_recorder_was_stopped_ends_with_the_file) {
    for (const std::uint32_t size : {0U, 9U, 100U, 0x7fffffffU, 0xffffffffU, 0xfffffffeU})
        CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(riff(formatChunk({}) + "data" + littleEndian(size, 4) + kSamples)));
}

SPEC(Wav, whose_sizes_were_never_written_has_its_samples_up_to_the_end) {
    const std::string head = formatChunk({}) + "data" + littleEndian(0, 4);
    for (const std::uint32_t outer : {0U, 36U, 0xffffffffU})
        for (const std::string& samples : {kSamples, "ab"s, std::string(64, '\0'), "LISP"s + kSamples})
            CPPUNIT_ASSERT_EQUAL(samples, samplesOf("RIFF" + littleEndian(outer, 4) + "WAVE" + head + samples));
    const std::string unsized = "RIFF" + littleEndian(0, 4) + "WAVE" + chunk("LIST", "INFOISFT1") + head + kSamples;
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(unsized));
}

SPEC(Wav, that_says_it_is_empty_is_refused_also_before_what_is_no_sound) {
    const std::string list = chunk("LIST", "INFOISFT" + littleEndian(6, 4) + "Lavf59");
    const std::string empty = formatChunk({}) + chunk("data", "");
    for (const std::string& more : {list, chunk("fact", "1234") + list, chunk("id3 ", "odd"), list.substr(0, 15)}) {
        assertSays(refused(riff(empty + more)), "no samples");
        assertSays(refused("RIFF" + littleEndian(0, 4) + "WAVE" + empty + more), "no samples");
    }
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(riff(empty + list + chunk("data", kSamples))));
}

SPEC(Wav, of_more_than_32_bits_is_taken_by_its_long_size) {
    const auto rf64 = [](const std::string& mark, std::uint32_t samples, std::uint32_t high = 0) {
        const std::string sizes = littleEndian(0, 8) + littleEndian(samples, 4) + littleEndian(high, 4);
        return mark + littleEndian(0xffffffff, 4) + "WAVE" + chunk("ds64", sizes + littleEndian(0, 8)) +
               formatChunk({}) + "data" + littleEndian(0xffffffff, 4) + kSamples;
    };
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(rf64("RF64", 8) + chunk("LIST", "abcd")));
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(rf64("BW64", 8)));
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(rf64("RF64", 0, 1)));  // cut
    CPPUNIT_ASSERT_EQUAL(kSamples, samplesOf(rf64("RF64", 0)));     // never finished
    const std::string empty = rf64("RF64", 0).substr(0, rf64("RF64", 0).size() - kSamples.size());
    assertSays(refused(empty), "no samples");
    assertSays(refused(empty + chunk("LIST", "abcd")), "no samples");
}

SPEC(Wav, gives_whole_samples_only) {
    CPPUNIT_ASSERT_EQUAL("0123"s, samplesOf(riff(formatChunk({}) + "data" + littleEndian(99, 4) + "01234")));
}

SPEC(Wav, without_samples_is_refused) {
    assertSays(refused(wavOf("")), "no samples");
    assertSays(refused(riff(formatChunk({}) + "data" + littleEndian(99, 4))), "no samples");
    assertSays(refused(riff(formatChunk({}) + "data" + littleEndian(99, 4) + "x")), "no samples");
}

SPEC(Wav, without_a_data_chunk_is_refused) {
    assertSays(refused(riff("")), "no data chunk");
    assertSays(refused(riff(formatChunk({}))), "no data chunk");
    assertSays(refused(riff(formatChunk({}) + "dat")), "no data chunk");
    assertSays(refused(riff("LIST" + littleEndian(0xffffffff, 4) + formatChunk({}) + chunk("data", kSamples))),
               "no data chunk");
}

SPEC(Wav, whose_format_comes_late_or_never_or_too_short_is_refused) {
    assertSays(refused(riff(chunk("data", kSamples) + formatChunk({}))), "no format chunk before its samples");
    assertSays(refused(riff(chunk("data", kSamples))), "no format chunk before its samples");
    assertSays(refused(riff(chunk("fmt ", "\1\0\1\0"s) + chunk("data", kSamples))), "too short");
}

SPEC(Wav, that_was_cut_anywhere_is_refused_or_shorter) {
    const std::string whole = riff(chunk("LIST", "abc") + formatChunk({}) + chunk("data", kSamples));
    for (std::size_t size = 12; size < whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        try {
            const std::string samples = samplesOf(cut);
            CPPUNIT_ASSERT_EQUAL(kSamples.substr(0, samples.size()), samples);
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL(int(ErrorKind::fileFormat), int(error.kind()));
        }
    }
}

SPEC(Wav, that_was_mangled_is_read_or_refused) {
    const std::string whole = riff(chunk("LIST", "abc") + formatChunk({}) + chunk("data", kSamples));
    std::mt19937 random(17);
    std::uniform_int_distribution<std::size_t> place(12, whole.size() - 1);
    std::uniform_int_distribution<int> anyByte(0, 255);
    for (int i = 0; i < 20'000; ++i) {
        std::string mangled = whole;
        for (int change = 0; change <= i % 4; ++change) mangled[place(random)] = char(anyByte(random));
        try {
            const std::string_view pcm = pcmOf(mangled).pcm;
            CPPUNIT_ASSERT(pcm.size() % 2 == 0 && !pcm.empty());
            CPPUNIT_ASSERT(pcm.data() >= mangled.data() && pcm.end() <= mangled.data() + mangled.size());
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL(int(ErrorKind::fileFormat), int(error.kind()));
        }
    }
}

}  // namespace
