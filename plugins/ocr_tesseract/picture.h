// A picture as it is decoded: gray, and as the camera saw it.
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

// Of sound pictures that are not too thin leptonica refuses nothing but memory. Throws std::bad_alloc.
Picture must(Pix* made);

// 600 dpi of A4 are 35 million, of which the engine would take ten seconds and learn nothing.
constexpr std::uint64_t kMostPixels = 20'000'000;
constexpr std::uint32_t kLongestSide = 16'000;  // the engine refuses 32,768

}  // namespace aiproject::ocr
