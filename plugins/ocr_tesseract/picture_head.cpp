#include "ocr_tesseract/picture_head.h"

#include "upstream/failure.h"

#include <optional>
#include <string>

namespace aiproject::ocr {
namespace {

using std::string_view;

constexpr string_view kJpegMark = "\xff\xd8\xff", kPngMark = "\x89PNG\r\n\x1a\n";
constexpr string_view kExif("Exif\0\0", 6);

[[noreturn]] void refuse(const std::string& sentence) {
    throw outbound::CallFailure(ModelStatus::badInput, sentence, sentence);
}

std::uint32_t byteAt(string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint32_t bigEndian(string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8U | byteAt(bytes, at + i);
    return value;
}

// The numbers of a TIFF block: in either byte order, none beyond its end.
class Tiff {
public:
    explicit Tiff(string_view bytes) : bytes_(bytes), isLittle_(bytes.substr(0, 2) == "II") {}

    std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at) return std::nullopt;
        if (!isLittle_) return bigEndian(bytes_, at, size);
        std::uint32_t value = 0;
        for (std::size_t i = size; i > 0; --i) value = value << 8U | byteAt(bytes_, at + i - 1);
        return value;
    }

private:
    string_view bytes_;
    bool isLittle_;
};

// 1 where the block does not say, or says what it cannot.
int orientationIn(string_view block) {
    constexpr std::uint32_t orientationTag = 0x0112, entryBytes = 12, mostEntries = 512;
    const Tiff tiff(block);
    const std::uint32_t first = tiff.number(4, 4).value_or(0);
    const std::uint32_t entries = tiff.number(first, 2).value_or(0);
    for (std::uint32_t i = 0; i < entries && i < mostEntries; ++i) {
        const std::size_t entry = std::size_t{first} + 2 + std::size_t{i} * entryBytes;
        if (tiff.number(entry, 2).value_or(0) != orientationTag) continue;
        const std::uint32_t value = tiff.number(entry + 8, 2).value_or(1);
        return value >= 1 && value <= 8 ? int(value) : 1;
    }
    return 1;
}

// ISO 10918-1, annex B: from marker to marker, over what is coded between them.
class JpegMarkers {
public:
    explicit JpegMarkers(string_view bytes) : bytes_(bytes) {}

    PictureHead head() {
        while (next()) {
            if (isFrame() && head_.width == 0) takeFrame();
            if (marker_ == 0xe1 && segment_.substr(0, kExif.size()) == kExif && !hasExif_) {
                hasExif_ = true;
                head_.orientation = orientationIn(segment_.substr(kExif.size()));
            }
            if (marker_ == 0xda && !skipScan()) break;
        }
        if (head_.width == 0 || head_.height == 0) refuse("the JPEG has no picture in it");
        return head_;
    }

private:
    // False: the end of the image.
    bool next() {
        while (at_ < bytes_.size() && byteAt(bytes_, at_) != 0xff) ++at_;  // decoders step over what is no marker
        while (at_ < bytes_.size() && byteAt(bytes_, at_) == 0xff) ++at_;
        if (at_ >= bytes_.size()) refuseEnd();
        marker_ = byteAt(bytes_, at_++);
        segment_ = {};
        if (marker_ == 0xd9) return false;
        if (marker_ <= 0x01 || (marker_ >= 0xd0 && marker_ <= 0xd8)) return true;  // these stand alone
        if (bytes_.size() - at_ < 2) refuseEnd();
        const std::size_t size = bigEndian(bytes_, at_, 2);
        if (size < 2) refuse("the JPEG is damaged");
        if (size > bytes_.size() - at_) refuseEnd();
        segment_ = bytes_.substr(at_ + 2, size - 2);
        at_ += size;
        return true;
    }

    bool isFrame() const {
        return marker_ >= 0xc0 && marker_ <= 0xcf && marker_ != 0xc4 && marker_ != 0xc8 && marker_ != 0xcc;
    }

    void takeFrame() {
        if (segment_.size() < 6) refuse("the JPEG is damaged");
        head_.height = bigEndian(segment_, 1, 2);
        head_.width = bigEndian(segment_, 3, 2);
        if (head_.width == 0 || head_.height == 0) refuse("the JPEG has no pixels");
    }

    [[noreturn]] void refuseEnd() const {
        constexpr string_view end = "\xff\xd9";
        const bool hasEnd = bytes_.substr(bytes_.size() - end.size()) == end;
        refuse(hasEnd ? "the JPEG is damaged" : "the JPEG is cut off: its end is missing");
    }

    // To the next marker: in coded data 0xff is followed by 0, or by a marker of a restart. False: there is none.
    bool skipScan() {
        constexpr int most = 50;  // a progressive one has about ten
        if (++scans_ > most) refuse("the JPEG has more than 50 scans");
        while ((at_ = bytes_.find('\xff', at_)) != string_view::npos && at_ + 1 < bytes_.size()) {
            const std::uint32_t marker = byteAt(bytes_, at_ + 1);
            if (marker != 0 && (marker < 0xd0 || marker > 0xd7)) return true;
            at_ += 2;
        }
        head_.lacksEnd = true;
        return false;
    }

    string_view bytes_, segment_;
    std::size_t at_ = 2;
    std::uint32_t marker_ = 0;
    int scans_ = 0;
    bool hasExif_ = false;
    PictureHead head_;
};

// PNG 3, 5.3 and 11.3.3.4: from chunk to chunk (length, name, data, checksum), to the one with EXIF's block.
int pngOrientation(string_view bytes) {
    constexpr std::size_t around = 12;
    for (std::size_t at = kPngMark.size(); at + around <= bytes.size();) {
        const std::size_t size = bigEndian(bytes, at, 4);
        const string_view name = bytes.substr(at + 4, 4);
        if (size > bytes.size() - at - around || name == "IEND") break;
        if (name == "eXIf") return orientationIn(bytes.substr(at + 8, size));
        at += around + size;
    }
    return 1;
}

PictureHead pngHead(string_view bytes) {
    if (bytes.size() < 33 || bytes.substr(12, 4) != "IHDR") refuse("the PNG is cut off or damaged");
    PictureHead head;
    head.format = PictureFormat::png;
    head.width = bigEndian(bytes, 16, 4);
    head.height = bigEndian(bytes, 20, 4);
    if (head.width == 0 || head.height == 0) refuse("the PNG has no pixels");
    head.orientation = pngOrientation(bytes);
    return head;
}

}  // namespace

PictureHead headOf(string_view bytes) {
    if (bytes.substr(0, kPngMark.size()) == kPngMark) return pngHead(bytes);
    if (bytes.substr(0, kJpegMark.size()) == kJpegMark) return JpegMarkers(bytes).head();
    refuse("the picture is neither a JPEG nor a PNG");
}

}  // namespace aiproject::ocr
