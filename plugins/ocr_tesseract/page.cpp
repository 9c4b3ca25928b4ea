#include "ocr_tesseract/page.h"

#include <leptonica/allheaders.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace aiproject::ocr {
namespace {

// What `made` has; where the library could not make it, the picture as it was.
Picture orAsItWas(Pix* made, Picture picture) { return made ? Picture(made) : std::move(picture); }

Picture blackOnWhite(const Picture& gray) {
    Pix* binary = nullptr;
    const l_int32 width = pixGetWidth(gray.get()), height = pixGetHeight(gray.get());
    pixOtsuAdaptiveThreshold(gray.get(), width, height, 0, 0, 0.1F, nullptr, &binary);
    return Picture(binary);
}

bool isDark(const Picture& gray) {
    l_float32 mean = 255;
    pixGetAverageMasked(gray.get(), nullptr, 0, 0, 4, L_MEAN_ABSVAL, &mean);
    return mean < 110;
}

struct Lean {
    l_float32 angle = 0, confidence = 0;  // in degrees
};

Lean leanWithin(float sweep, const Picture& binary) {
    const bool isLarge = pixGetWidth(binary.get()) > 1500 && pixGetHeight(binary.get()) > 1000;
    constexpr float step = 1, precision = 0.01F;
    Lean lean;
    const auto failed = pixFindSkewSweepAndSearch(binary.get(), &lean.angle, &lean.confidence, isLarge ? 4 : 2,
                                                  isLarge ? 2 : 1, sweep, step, precision);
    return failed ? Lean{} : lean;
}

// In degrees; 0: straight, or nothing to tell it by. Of lines of Chinese the confidence is 1.6 and more, of letters 10.
// Where lines run upwards or downwards, they are to run straight so.
float leanOf(const Picture& binary, std::size_t letters) {
    constexpr float near = 7, wide = 22, clear = 2.5F, sure = 1.6F, sureOfFew = 3, least = 0.5F;
    constexpr std::size_t few = 40;  // of one line, whose characters lean more than the line does
    const float enough = letters < few ? sureOfFew : sure;
    const auto better = [](const Lean& one, const Lean& other) {
        return other.confidence > one.confidence ? other : one;
    };
    Lean lean = leanWithin(near, binary);
    if (lean.confidence < clear) lean = better(lean, leanWithin(wide, binary));
    if (lean.confidence < enough) lean = better(lean, leanWithin(wide, must(pixRotate90(binary.get(), 1))));
    return lean.confidence < enough || std::abs(lean.angle) < least ? 0 : lean.angle;
}

// Larger than before, so that no corner is lost; what is new there is white, as the ground is from here on.
Picture straightened(Picture picture, float angle) {
    constexpr l_int32 groundOfEven = 200;  // as pixBackgroundNormSimple() leaves it
    pixGammaTRC(picture.get(), picture.get(), 1, 0, groundOfEven);
    constexpr float degree = 3.14159265F / 180;
    Pix* const straight = pixRotate(picture.get(), angle * degree, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE,
                                    pixGetWidth(picture.get()), pixGetHeight(picture.get()));
    return orAsItWas(straight, std::move(picture));
}

struct Letters {
    std::size_t count = 0;
    l_int32 height = 0;  // of most; 0: there are none
};

// Of what hangs together: a letter, or a part of a Chinese one.
Letters lettersIn(const Picture& binary) {
    Boxa* boxes = pixConnCompBB(binary.get(), 8);
    std::vector<l_int32> heights;
    const l_int32 count = boxes ? boxaGetCount(boxes) : 0;
    heights.reserve(std::size_t(count));
    for (l_int32 i = 0; i < count; ++i) {
        l_int32 height = 0;
        boxaGetBoxGeometry(boxes, i, nullptr, nullptr, nullptr, &height);
        if (height > 3) heights.push_back(height);  // neither dots nor dust
    }
    boxaDestroy(&boxes);
    if (heights.empty()) return {};
    const auto middle = heights.begin() + std::ptrdiff_t(heights.size() / 2);
    std::nth_element(heights.begin(), middle, heights.end());
    return {heights.size(), *middle};
}

Picture enlarged(Picture picture, float by) {
    const auto width = std::uint64_t(pixGetWidth(picture.get())), height = std::uint64_t(pixGetHeight(picture.get()));
    while (by > 1 && (float(width * height) * by * by > float(kMostPixels) ||
                      float(std::max(width, height)) * by > float(kLongestSide)))
        by -= 1;
    return by > 1 ? must(pixScale(picture.get(), by, by)) : std::move(picture);
}

}  // namespace

Page prepared(Picture picture) {
    constexpr l_int32 least = 32;  // in both directions; of less there is nothing to measure
    if (std::min(pixGetWidth(picture.get()), pixGetHeight(picture.get())) < least)
        return {enlarged(std::move(picture), 2), true};
    if (isDark(picture)) picture = must(pixInvert(nullptr, picture.get()));
    Pix* const even = pixBackgroundNormSimple(picture.get(), nullptr, nullptr);
    picture = orAsItWas(even, std::move(picture));
    const Picture binary = blackOnWhite(picture);
    if (!binary) return {std::move(picture)};
    const auto [letters, height] = lettersIn(binary);
    const float lean = leanOf(binary, letters);
    if (lean != 0) picture = straightened(std::move(picture), lean);
    const float by = height == 0 || height >= 16 ? 1.0F : height >= 10 ? 2.0F : 3.0F;
    constexpr l_int32 mostLetters = 60;  // of that height; two columns of print are twice as wide
    const bool isNarrow = pixGetWidth(picture.get()) < height * mostLetters;
    return {enlarged(std::move(picture), by), isNarrow};
}

Picture upsideDown(const Picture& picture) { return must(pixRotate180(nullptr, picture.get())); }

}  // namespace aiproject::ocr
