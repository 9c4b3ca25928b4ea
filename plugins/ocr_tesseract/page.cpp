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

// How far pixels are from what is around them, as the third moment says it: below 0 where few are much darker, as dark
// letters are on any ground in any light; above 0 where few are much brighter.
double skewnessOf(const Picture& gray) {
    constexpr l_int32 most = 1000, window = 24;
    const l_int32 longest = std::max(pixGetWidth(gray.get()), pixGetHeight(gray.get()));
    const float by = longest > most ? float(most) / float(longest) : 1;
    const Picture small = by < 1 ? must(pixScaleAreaMap(gray.get(), by, by)) : must(pixClone(gray.get()));
    const l_int32 width = pixGetWidth(small.get()), height = pixGetHeight(small.get());
    const l_int32 around = std::min(window, std::min(width, height) / 2 - 2);
    if (around < 1) return 0;
    const Picture mean = must(pixBlockconvGray(small.get(), nullptr, around, around));
    double squares = 0, cubes = 0;
    for (l_int32 y = 0; y < height; ++y) {
        const l_uint32* const row = pixGetData(small.get()) + std::ptrdiff_t(y) * pixGetWpl(small.get());
        const l_uint32* const means = pixGetData(mean.get()) + std::ptrdiff_t(y) * pixGetWpl(mean.get());
        for (l_int32 x = 0; x < width; ++x) {
            const double far = double(GET_DATA_BYTE(row, x)) - double(GET_DATA_BYTE(means, x));
            squares += far * far;
            cubes += far * far * far;
        }
    }
    const double pixels = double(width) * height, variance = squares / pixels;
    return variance < 1 ? 0 : cubes / pixels / std::pow(variance, 1.5);
}

// Whether its letters are bright. Where that cannot be told, a dark picture is taken for one.
bool isDark(const Picture& gray) {
    constexpr double clear = 0.5;
    if (const double skewness = skewnessOf(gray); std::abs(skewness) > clear) return skewness > 0;
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
Picture straightened(Picture picture, float radians) {
    constexpr l_int32 groundOfEven = 200;  // as pixBackgroundNormSimple() leaves it
    pixGammaTRC(picture.get(), picture.get(), 1, 0, groundOfEven);
    Pix* const straight = pixRotate(picture.get(), radians, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE,
                                    pixGetWidth(picture.get()), pixGetHeight(picture.get()));
    return orAsItWas(straight, std::move(picture));
}

struct Letters {
    std::size_t count = 0;
    l_int32 height = 0;  // of most; 0: there are none
    l_int32 tall = 0;    // of the tallest tenth: capitals, whole Chinese characters
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
    std::sort(heights.begin(), heights.end());
    return {heights.size(), heights[heights.size() / 2], heights[heights.size() * 9 / 10]};
}

// By what a picture of this size may be scaled: only as far as the engine takes it. Below 1: it is too large.
float mostScaleOf(float width, float height) {
    return std::min(std::sqrt(float(kMostPixels) / (width * height)), float(kLongestSide) / std::max(width, height));
}

Picture scaled(const Picture& picture, float by) {
    const float most = mostScaleOf(float(pixGetWidth(picture.get())), float(pixGetHeight(picture.get())));
    while (by > 1 && by > most) by = std::max(1.0F, by - 1);
    constexpr float fine = 0.7F;  // from there on pixScale() leaves rows out
    return must(by == 1     ? pixClone(picture.get())
                : by < fine ? pixScaleAreaMap(picture.get(), by, by)
                            : pixScale(picture.get(), by, by));
}

// By what to scale a picture before it is straightened, so that it has no more pixels afterwards than it may.
float scaleToStraighten(const Picture& picture, float radians) {
    constexpr float spare = 0.999F;  // sides are rounded
    const auto width = float(pixGetWidth(picture.get())), height = float(pixGetHeight(picture.get()));
    const float along = std::cos(radians), across = std::abs(std::sin(radians));
    return std::min(1.0F, spare * mostScaleOf(std::max(width, width * along + height * across),  // as pixRotate() does
                                              std::max(height, width * across + height * along)));
}

}  // namespace

Page prepared(Picture picture) {
    constexpr l_int32 least = 32;  // in both directions; of less there is nothing to measure
    if (std::min(pixGetWidth(picture.get()), pixGetHeight(picture.get())) < least) return {scaled(picture, 2), true, 0};
    if (isDark(picture)) picture = must(pixInvert(nullptr, picture.get()));
    Pix* const even = pixBackgroundNormSimple(picture.get(), nullptr, nullptr);
    picture = orAsItWas(even, std::move(picture));
    const Picture binary = blackOnWhite(picture);
    if (!binary) return {std::move(picture)};
    Letters letters = lettersIn(binary);
    constexpr float degree = 3.14159265F / 180;
    if (const float lean = leanOf(binary, letters.count) * degree; lean != 0) {
        const float by = scaleToStraighten(picture, lean);
        picture = straightened(scaled(picture, by), lean);
        letters.height = l_int32(std::lround(float(letters.height) * by));
        letters.tall = l_int32(std::lround(float(letters.tall) * by));
    }
    const l_int32 height = letters.height;
    const float by = height == 0 || height >= 16 ? 1.0F : height >= 10 ? 2.0F : 3.0F;
    constexpr l_int32 mostLetters = 60;  // of that height; two columns of print are twice as wide
    const bool isNarrow = pixGetWidth(picture.get()) < height * mostLetters;
    constexpr std::size_t few = 60;
    if (letters.count > 0 && letters.count < few) return {std::move(picture), isNarrow, letters.tall};
    return {scaled(picture, by), isNarrow, 0};
}

Picture withLettersOf(l_int32 height, const Page& page) {
    constexpr float most = 3;
    return scaled(page.picture, std::min(float(height) / float(page.tallOfFew), most));
}

Picture upsideDown(const Picture& picture) { return must(pixRotate180(nullptr, picture.get())); }

}  // namespace aiproject::ocr
