// A picture as the engine likes it: gray, upright, dark on light, straight, its letters not too small.
#pragma once

#include "ocr_tesseract/picture_head.h"

#include <memory>
#include <string_view>

struct Pix;

namespace aiproject::ocr {

struct PixFree {
    void operator()(Pix* pix) const noexcept;
};
using Picture = std::unique_ptr<Pix, PixFree>;

// Once in a process, before the first picture: the library must not write to standard error.
void silenceLeptonica();

// Gray and as the camera saw it; halved until it has no more than `kMostPixels` and no side above
// `kLongestSide`. Throws CallFailure (badInput).
Picture decoded(std::string_view bytes, const PictureHead& head);

struct Page {
    Picture picture;
    bool isNarrow = false;  // too few letters wide for columns
};
// Evens out light and shadow, turns white on black around, straightens lines that lean, enlarges small letters.
Page prepared(Picture picture);

Picture upsideDown(const Picture& picture);

// 600 dpi of A4 are 35 million, of which the engine would take ten seconds and learn nothing.
constexpr std::uint64_t kMostPixels = 20'000'000;
constexpr std::uint32_t kLongestSide = 16'000;  // the engine refuses 32,768

}  // namespace aiproject::ocr
