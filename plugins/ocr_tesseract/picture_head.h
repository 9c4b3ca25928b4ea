// What the first bytes of a picture say, read before anything is decoded: its format, its size, and how the camera was
// held. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace aiproject::ocr {

enum class PictureFormat { jpeg, png };

struct PictureHead {
    PictureFormat format = PictureFormat::jpeg;
    std::uint32_t width = 0, height = 0;  // as they are stored; never 0
    int orientation = 1;                  // EXIF's, from 1 to 8
    bool lacksEnd = false;                // a JPEG that ends in coded data: read only where that is whole

    std::uint64_t pixels() const noexcept { return std::uint64_t{width} * height; }
};

// Throws CallFailure (badInput) when it is no JPEG or PNG, has no pixels, or is a JPEG that has no end or more scans
// than any program writes: each scan costs as much time as a whole picture.
PictureHead headOf(std::string_view bytes);

}  // namespace aiproject::ocr
