#include "http/foreign_format.h"

#include <array>
#include <cstdint>

// libmagic knows MP3, AAC and JPEG by marks of two and three bytes, which silence and loud noise have too, and
// libsndfile knows neither AAC, AMR nor WebM; hence the formats of phones and browsers here.

namespace aiproject {
namespace {

using std::string_view;

std::uint32_t bigEndian(string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

struct FrameHead {
    std::uint32_t size;   // of the whole frame; 0: this is no frame
    std::uint32_t fixed;  // the bits that all frames of a file share
};

constexpr std::size_t kHeadBytes = 6;

// ISO 11172-3 and 13818-3: layers I to III of MPEG-1, MPEG-2 and its extension to low rates.
FrameHead mpegAudioHead(string_view bytes) {
    const std::uint32_t head = bigEndian(bytes, 0, 4);
    const std::uint32_t version = head >> 19 & 3, layer = 4 - (head >> 17 & 3);  // version 3: MPEG-1, 2: MPEG-2, 0: 2.5
    const std::uint32_t bits = head >> 12 & 15, rate = head >> 10 & 3, padding = head >> 9 & 1;
    if (head >> 21 != 0x7ff || version == 1 || layer == 4 || bits == 0 || bits == 15 || rate == 3) return {};
    static constexpr std::uint16_t kilobits[5][16] = {
        {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG-1, layer I
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // II
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // III
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG-2, layer I
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};         // II and III
    static constexpr std::uint32_t hertz[] = {44'100, 48'000, 32'000};
    const bool isFirst = version == 3;
    const std::uint32_t row = isFirst ? layer - 1 : (layer == 1 ? 3 : 4);
    const std::uint32_t sampleRate = hertz[rate] >> (isFirst ? 0 : (version == 2 ? 1 : 2));
    const std::uint32_t bitRate = kilobits[row][bits] * 1000U;
    const std::uint32_t fixed = head & 0xfffe0c00;  // sync, version, layer, sample rate
    if (layer == 1) return {(12 * bitRate / sampleRate + padding) * 4, fixed};
    const std::uint32_t bytesPerBit = layer == 3 && !isFirst ? 72 : 144;
    return {bytesPerBit * bitRate / sampleRate + padding, fixed};
}

// ISO 13818-7: AAC in ADTS.
FrameHead adtsHead(string_view bytes) {
    constexpr std::uint32_t smallest = 7;
    const std::uint32_t head = bigEndian(bytes, 0, 4), size = bigEndian(bytes, 3, 3) >> 5 & 0x1fff;
    if ((head & 0xfff60000) != 0xfff00000 || (head >> 10 & 15) > 12 || size < smallest) return {};
    return {size, head & 0xfffffdc0};  // all but the private bit and what differs per frame
}

// LOAS: AAC in LATM.
FrameHead loasHead(string_view bytes) {
    const std::uint32_t head = bigEndian(bytes, 0, 3), size = head & 0x1fff;
    if (head >> 13 != 0x2b7 || size < 2) return {};
    return {size + 3, head >> 13};
}

// A second frame of the same kind where the first one ends.
template <class HeadOf>
bool hasTwoFrames(string_view bytes, HeadOf headOf) {
    if (bytes.size() < kHeadBytes) return false;
    const FrameHead first = headOf(bytes);
    if (first.size == 0 || bytes.size() < first.size + kHeadBytes) return false;
    const FrameHead second = headOf(bytes.substr(first.size));
    return second.size != 0 && second.fixed == first.fixed;
}

// "ID3", a version that was ever used, a size in four bytes of 7 bits, and the name of a field, or padding. As far as
// the bytes go.
bool isId3(string_view bytes) {
    if (bytes.substr(0, 3) != "ID3") return false;
    const auto hasIn = [bytes](std::size_t from, std::size_t to, auto&& allows) {
        for (std::size_t at = from; at < to && at < bytes.size(); ++at)
            if (!allows(static_cast<unsigned char>(bytes[at]))) return false;
        return true;
    };
    const auto isVersion = [](unsigned char c) { return c >= 2 && c <= 4; };
    const auto isZero = [](unsigned char c) { return c == 0; };
    const auto isFlags = [](unsigned char c) { return (c & 0x0f) == 0; };
    const auto isSevenBits = [](unsigned char c) { return c < 0x80; };
    const auto isName = [](unsigned char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == 0; };
    constexpr unsigned char extendedHeader = 0x40;
    const bool isExtended = bytes.size() > 5 && (bytes[5] & extendedHeader) != 0;
    return hasIn(3, 4, isVersion) && hasIn(4, 5, isZero) && hasIn(5, 6, isFlags) && hasIn(6, 10, isSevenBits) &&
           (isExtended || hasIn(10, 13, isName));
}

struct Mark {
    std::size_t at;
    string_view bytes;
    const char* name;
};

constexpr std::array<Mark, 24> kMarks{{{0, "RIFF", "RIFF"},
                                       {0, "RIFX", "RIFX (big-endian WAV)"},
                                       {0, "riff\x2e\x91\xcf\x11", "Wave64"},
                                       {0, "OggS", "Ogg"},
                                       {0, "fLaC", "FLAC"},
                                       {0, "#!AMR", "AMR"},
                                       {0, "#!SILK", "SILK"},
                                       {1, "#!SILK", "SILK"},
                                       {0, "\x1a\x45\xdf\xa3", "WebM or Matroska"},
                                       {4, "ftyp", "MP4"},
                                       {4, "moov", "MP4"},
                                       {4, "mdat", "MP4"},
                                       {0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA"},
                                       {0, "FORM", "AIFF"},
                                       {0, "caff", "CAF"},
                                       {0, ".snd", "AU"},
                                       {0, "ADIF", "AAC"},
                                       {0, "MThd", "MIDI"},
                                       {0, "FLV\x01", "FLV"},
                                       {0, "NIST_1A", "SPHERE"},
                                       {0, "\x89PNG\r\n", "PNG"},
                                       {0, "GIF8", "GIF"},
                                       {0, "%PDF-", "PDF"},
                                       {0, "PK\x03\x04", "ZIP"}}};

}  // namespace

bool isJpegFile(string_view bytes) noexcept {
    constexpr std::size_t inaudible = 64;  // 2 ms: no recording, so the mark is enough
    if (bytes.substr(0, 3) != "\xff\xd8\xff") return false;
    if (bytes.size() < inaudible) return true;
    const string_view name = bytes.substr(6, 5);
    if (name == string_view("JFIF\0", 5) || name == string_view("Exif\0", 5)) return true;
    const std::size_t next = 4 + bigEndian(bytes, 4, 2);
    return next + 1 < bytes.size() && bytes[next] == '\xff' && static_cast<unsigned char>(bytes[next + 1]) >= 0xc0;
}

const char* foreignFormat(string_view bytes) noexcept {
    for (const Mark& mark : kMarks)
        if (bytes.size() >= mark.at && bytes.substr(mark.at, mark.bytes.size()) == mark.bytes) return mark.name;
    if (isId3(bytes) || hasTwoFrames(bytes, mpegAudioHead)) return "MP3";
    if (hasTwoFrames(bytes, adtsHead) || hasTwoFrames(bytes, loasHead)) return "AAC";
    return isJpegFile(bytes) ? "JPEG" : nullptr;
}

}  // namespace aiproject
