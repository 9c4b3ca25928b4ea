#include "ocr_tesseract/picture.h"

#include "upstream/failure.h"

#include <leptonica/allheaders.h>
#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace aiproject::ocr {
namespace {

constexpr std::uint32_t kThinnest = 8;  // has no letters, and cannot be halved for ever

[[noreturn]] void refuseDamaged(const PictureHead& head) {
    const std::string sentence =
        std::string("the ") + (head.format == PictureFormat::jpeg ? "JPEG" : "PNG") + " is damaged or of a rare kind";
    throw outbound::CallFailure(ModelStatus::badInput, sentence, sentence);
}

[[noreturn]] void refuseCut() {
    const std::string sentence = "the JPEG is cut off: its end is missing";
    throw outbound::CallFailure(ModelStatus::badInput, sentence, sentence);
}

// 1, 2, 4 or 8: what a JPEG can be divided by while it is decoded, which saves the time for the rest.
int reductionOf(std::uint64_t pixels, std::uint32_t longestSide) {
    int by = 1;
    while (by < 8 && (pixels / by / by > kMostPixels || longestSide / by > kLongestSide)) by *= 2;
    return by;
}

Picture halvedUntilItFits(Picture picture) {
    for (;;) {
        const auto width = std::uint32_t(pixGetWidth(picture.get())),
                   height = std::uint32_t(pixGetHeight(picture.get()));
        if (std::uint64_t{width} * height <= kMostPixels && std::max(width, height) <= kLongestSide) return picture;
        if (std::min(width, height) < kThinnest) return must(pixCreate(1, 1, 8));
        picture = must(pixScale(picture.get(), 0.5F, 0.5F));
    }
}

struct TurboFree {
    void operator()(void* turbo) const noexcept { tjDestroy(turbo); }
};

// Inks as Adobe writes them: 255 is none. Where another program meant it the other way round, the page is dark, and is
// inverted as all dark ones are.
Picture grayOfInks(const std::vector<unsigned char>& inks, Picture gray) {
    const l_int32 width = pixGetWidth(gray.get()), height = pixGetHeight(gray.get());
    const unsigned char* ink = inks.data();
    for (l_int32 y = 0; y < height; ++y)
        for (l_int32 x = 0; x < width; ++x, ink += 4) {
            const unsigned colour = (ink[0] * 30U + ink[1] * 59U + ink[2] * 11U) / 100U;
            pixSetPixel(gray.get(), x, y, colour * ink[3] / 255U);
        }
    return gray;
}

// By TurboJPEG: leptonica lets libjpeg write to standard error, and decodes colours first. What is damaged within is
// read as well as it can be.
Picture jpegIn(std::string_view bytes, const PictureHead& head) {
    const std::unique_ptr<void, TurboFree> turbo(tjInitDecompress());
    if (!turbo) throw std::bad_alloc();
    const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
    int width = 0, height = 0, sampling = 0, colours = -1;
    tjDecompressHeader3(turbo.get(), data, bytes.size(), &width, &height, &sampling, &colours);
    if (colours < 0) return nullptr;
    const tjscalingfactor scale{1, reductionOf(head.pixels(), std::max(head.width, head.height))};
    width = TJSCALED(int(head.width), scale);
    height = TJSCALED(int(head.height), scale);
    Picture gray = must(pixCreate(width, height, 8));
    const auto decode = [&](unsigned char* to, int rowBytes, int format) {
        return tjDecompress2(turbo.get(), data, bytes.size(), to, width, rowBytes, height, format, 0) == 0 ||
               (!head.lacksEnd && tjGetErrorCode(turbo.get()) == TJERR_WARNING);
    };
    if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
        std::vector<unsigned char> inks(std::size_t(width) * std::size_t(height) * 4);
        return decode(inks.data(), width * 4, TJPF_CMYK) ? grayOfInks(inks, std::move(gray)) : nullptr;
    }
    auto* const rows = reinterpret_cast<unsigned char*>(pixGetData(gray.get()));
    if (!decode(rows, pixGetWpl(gray.get()) * 4, TJPF_GRAY)) return nullptr;
    pixEndianByteSwap(gray.get());  // its words begin at the other end
    return gray;
}

// What is opaque in pixels of gray and alpha: whether it is bright on the whole, and whether it fills the rectangle
// around it, as a page does that has a ground of its own.
class Opaque {
public:
    void add(l_int32 x, l_int32 y, unsigned gray, unsigned alpha) {
        weight_ += alpha;
        light_ += std::uint64_t{gray} * alpha;
        if (alpha < 128) return;
        ++pixels_;
        left_ = std::min(left_, x), right_ = std::max(right_, x);
        top_ = std::min(top_, y), bottom_ = std::max(bottom_, y);
    }
    bool isLostOnWhite() const {
        constexpr std::uint64_t bright = 160;
        if (pixels_ == 0 || light_ < bright * weight_) return false;
        const auto around = std::uint64_t(right_ - left_ + 1) * std::uint64_t(bottom_ - top_ + 1);
        return pixels_ * 3 < around * 2;
    }

private:
    std::uint64_t weight_ = 0, light_ = 0, pixels_ = 0;
    l_int32 left_ = std::numeric_limits<l_int32>::max(), right_ = 0, top_ = left_, bottom_ = 0;
};

// Laid on white, as on a page, or on black where it is bright itself.
Picture laidOnAGround(const std::vector<unsigned char>& grayAndAlpha, Picture gray) {
    const l_int32 width = pixGetWidth(gray.get()), height = pixGetHeight(gray.get());
    Opaque opaque;
    const unsigned char* pixel = grayAndAlpha.data();
    for (l_int32 y = 0; y < height; ++y)
        for (l_int32 x = 0; x < width; ++x, pixel += 2) opaque.add(x, y, pixel[0], pixel[1]);
    const unsigned ground = opaque.isLostOnWhite() ? 0 : 255;
    pixel = grayAndAlpha.data();
    for (l_int32 y = 0; y < height; ++y)
        for (l_int32 x = 0; x < width; ++x, pixel += 2)
            pixSetPixel(gray.get(), x, y, (pixel[0] * pixel[1] + ground * (255U - pixel[1])) / 255U);
    return gray;
}

// By libpng itself, which leptonica lets write to standard error.
Picture pngIn(std::string_view bytes) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    const std::unique_ptr<png_image, decltype(&png_image_free)> owned(&image, &png_image_free);
    if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return nullptr;
    const bool hasAlpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    image.format = hasAlpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY;
    Picture gray = must(pixCreate(l_int32(image.width), l_int32(image.height), 8));
    if (hasAlpha) {
        std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
        if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) return nullptr;
        return laidOnAGround(pixels, std::move(gray));
    }
    const png_int_32 rowBytes = pixGetWpl(gray.get()) * 4;
    if (png_image_finish_read(&image, nullptr, pixGetData(gray.get()), rowBytes, nullptr) == 0) return nullptr;
    pixEndianByteSwap(gray.get());  // its words begin at the other end
    return gray;
}

// TIFF 6.0, tag 274: where the stored first row and column are seen.
Picture asSeen(Picture picture, int orientation) {
    const bool isMirrored = orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
    if (isMirrored) picture = must(pixFlipLR(nullptr, picture.get()));
    switch (orientation) {
        case 3:
        case 4: return must(pixRotate180(nullptr, picture.get()));
        case 6:
        case 7: return must(pixRotate90(picture.get(), 1));
        case 5:
        case 8: return must(pixRotate90(picture.get(), -1));
        default: return picture;
    }
}

}  // namespace

void PixFree::operator()(Pix* pix) const noexcept { pixDestroy(&pix); }

Picture must(Pix* made) {
    if (!made) throw std::bad_alloc();
    return Picture(made);
}

void silenceLeptonica() { setMsgSeverity(L_SEVERITY_NONE); }

Picture decoded(std::string_view bytes, const PictureHead& head) {
    Picture picture = head.lacksEnd                        ? jpegIn(std::string(bytes) + "\xff\xd9", head)
                      : head.format == PictureFormat::jpeg ? jpegIn(bytes, head)
                                                           : pngIn(bytes);
    if (!picture && head.lacksEnd) refuseCut();
    if (!picture) refuseDamaged(head);
    return asSeen(halvedUntilItFits(std::move(picture)), head.orientation);
}

}  // namespace aiproject::ocr
