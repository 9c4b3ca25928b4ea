// How well ocr_tesseract reads: clean pages nearly without a fault, others within looser bounds.
#include "integration/ocr_fixture.h"
#include "support/spec.h"

#include <png.h>

#include <utility>

using namespace aiproject;
using namespace aiproject::test;

namespace {

// ImageMagick makes none with so long a side.
std::string blackPng(unsigned width, unsigned height) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_GRAY;
    const std::string rows(std::size_t{width} * height, '\0');
    png_alloc_size_t size = 0;
    CPPUNIT_ASSERT(png_image_write_to_memory(&image, nullptr, &size, 0, rows.data(), 0, nullptr) != 0);
    std::string png(size, '\0');
    CPPUNIT_ASSERT(png_image_write_to_memory(&image, png.data(), &size, 0, rows.data(), 0, nullptr) != 0);
    return png;
}

constexpr double kClean = 0.02, kHard = 0.06;

struct OcrText : CppUnit::TestCase {
    Ocr ocr;

    static std::vector<std::string> english(int points = 24) { return written(kEnglish, kLatinFont, points); }
    static std::vector<std::string> chinese(int points = 28) { return written(kChinese, kChineseFont, points); }
    void expectBoth(const std::string& what, const std::vector<std::string>& changes, double mostErrors) {
        ocr.expectRead("English, " + what, kEnglish, converted(with(english(), changes)), mostErrors);
        ocr.expectRead("Chinese, " + what, kChinese, converted(with(chinese(), changes)), mostErrors);
    }
};

}  // namespace

SPEC(OcrText, of_a_clean_page_is_right) {
    expectBoth("PNG", {"png:-"}, kClean);
    expectBoth("JPEG", {"-quality", "85", "jpg:-"}, kClean);
}

SPEC(OcrText, is_read_when_small_as_on_a_screen) {
    ocr.expectRead("11 points", kEnglish, converted(with(english(11), {"png:-"})), kClean);
    ocr.expectRead("13 points", kChinese, converted(with(chinese(13), {"png:-"})), kHard);
}

SPEC(OcrText, of_both_languages_stands_in_one_line) {
    const std::string truth =
        "欢迎使用 Linux 系统，版本 2.0。\nPlease read the manual before use.\n服务器地址是 127.0.0.1。";
    ocr.expectRead("both", truth, converted(with(written(truth, kChineseFont, 28), {"png:-"})), kHard);
}

SPEC(OcrText, is_turned_upright_on_the_pages_own_evidence) {
    for (const char* angle : {"90", "180", "270"})
        expectBoth(angle + std::string(" degrees"), {"-rotate", angle, "png:-"}, kHard);
}

// The camera stores what it sees and says how it was held: each of the eight ways shows the same page.
SPEC(OcrText, is_turned_as_EXIF_says) {
    const std::map<int, std::vector<std::string>> stored{
        {2, {"-flop"}},          {3, {"-rotate", "180"}}, {4, {"-flip"}},        {5, {"-transpose"}},
        {6, {"-rotate", "270"}}, {7, {"-transverse"}},    {8, {"-rotate", "90"}}};
    for (const auto& [orientation, changes] : stored) {
        std::string bytes = converted(with(with(english(), changes), {"-quality", "90", "jpg:-"}));
        const std::string block(
            "\xff\xe1\0\x1e"
            "Exif\0\0"
            "MM\0*\0\0\0\x08"
            "\0\x01\x01\x12\0\x03\0\0\0\1\0",
            29);
        bytes.insert(2, block + char(orientation) + std::string(2, '\0'));
        ocr.expectRead("orientation " + std::to_string(orientation), kEnglish, bytes, kClean);
    }
}

SPEC(OcrText, is_read_where_the_page_leans_or_the_light_is_bad) {
    expectBoth("leaning", {"-rotate", "4", "png:-"}, kHard);
    expectBoth("leaning the other way", {"-rotate", "-3", "jpg:-"}, kHard);
    expectBoth("noise", {"-attenuate", "0.3", "+noise", "Gaussian", "jpg:-"}, kHard);
    expectBoth("blurred", {"-blur", "0x0.8", "jpg:-"}, kHard);
    ocr.expectRead(
        "in a shadow", kEnglish,
        converted(with(english(32), {"(", "+clone", "-sparse-color", "Bilinear", "0,0 gray30 0,%[fx:h-1] white", ")",
                                     "-compose", "multiply", "-composite", "jpg:-"})),
        kHard);
}

SPEC(OcrText, is_read_where_the_page_lies_askew) {
    for (const char* angle : {"6", "-10", "18"})
        expectBoth(angle + std::string(" degrees"), {"-rotate", angle, "png:-"}, kHard);
    expectBoth("askew, and on its side", {"-rotate", "97", "png:-"}, kHard);
    const std::string line = "The way out is on the left";
    ocr.expectRead("a line", line, converted(with(written(line, kLatinFont, 24), {"-rotate", "-12", "png:-"})), kHard);
}

SPEC(OcrText, is_read_in_every_kind_of_colour) {
    expectBoth("white on black", {"-negate", "png:-"}, kClean);
    expectBoth("on nothing", {"-transparent", "white", "png:-"}, kClean);
    expectBoth("palette", {"+dither", "-colors", "32", "-type", "Palette", "png8:-"}, kHard);
    expectBoth("16 bits", {"-depth", "16", "-define", "png:bit-depth=16", "png:-"}, kClean);
    expectBoth("one bit", {"-threshold", "55%", "-depth", "1", "png:-"}, kHard);
    expectBoth("CMYK", {"-colorspace", "CMYK", "-quality", "90", "jpg:-"}, kClean);
    expectBoth("progressive", {"-interlace", "Plane", "-quality", "90", "jpg:-"}, kClean);
    expectBoth("interlaced", {"-interlace", "PNG", "png:-"}, kClean);
}

SPEC(OcrText, is_read_on_a_transparent_ground_in_every_colour) {
    const auto label = [](const std::string& colour, const std::string& text, const std::string& font) {
        return std::vector<std::string>{"-background", "none",       "-fill", colour,         "-font",
                                        font,          "-pointsize", "28",    "label:" + text};
    };
    for (const char* colour : {"white", "yellow", "gray50", "red", "black", "rgba(255,255,255,0.7)"}) {
        ocr.expectRead(colour, kEnglish, converted(with(label(colour, kEnglish, kLatinFont), {"png:-"})), kClean);
        ocr.expectRead(colour, kChinese, converted(with(label(colour, kChinese, kChineseFont), {"png:-"})), kClean);
    }
    ocr.expectRead("a white sheet", kEnglish,
                   converted(with(english(), {"-bordercolor", "none", "-border", "200x60", "png:-"})), kClean);
    ocr.expectRead("a palette", "Total 42",
                   converted(with(label("white", "Total 42", kLatinFont), {"+dither", "-colors", "8", "png8:-"})), 0);
}

SPEC(OcrText, of_a_sign_is_read_in_every_size) {
    for (const std::string sign : {"欢迎光临", "紧急出口", "禁止吸烟", "紧急出口\nEMERGENCY EXIT", "洗手间", "推"})
        for (const int points : {30, 60, 72, 120}) {
            const std::string what = sign + ", " + std::to_string(points) + " points";
            const auto black = written(sign, kChineseFont, points);
            ocr.expectRead(what, sign, converted(with(black, {"png:-"})), kHard);
            auto white = black;
            white[1] = white[10] = "green", white[3] = "white";
            ocr.expectRead(what + ", white on green", sign, converted(with(white, {"png:-"})), kHard);
        }
}

SPEC(OcrText, is_none_in_a_picture_without_any) {
    CPPUNIT_ASSERT_EQUAL(std::string(), ocr.read(converted({"-size", "600x400", "xc:white", "png:-"})));
    CPPUNIT_ASSERT_EQUAL(std::string(), ocr.read(converted({"-size", "600x400", "gradient:blue-green", "jpg:-"})));
    for (const char* size : {"1x1", "2x2", "9x9", "1x500", "500x1", "3x3000"})
        CPPUNIT_ASSERT_EQUAL(std::string(), ocr.read(converted({"-size", size, "xc:black", "png:-"})));
}

// What is longer than the engine takes is halved, and such pictures cannot be halved for ever.
SPEC(OcrText, is_none_in_a_picture_that_is_long_and_thin) {
    for (const auto& [width, height] : {std::pair{20'000U, 1U}, {1U, 20'000U}, {100'000U, 9U}, {3U, 200'000U}})
        CPPUNIT_ASSERT_EQUAL(std::string(), ocr.read(blackPng(width, height)));
}

SPEC(OcrText, of_a_large_scan_is_read_from_a_smaller_one) {
    const std::vector<std::string> large = with(english(24), {"-filter", "point", "-resize", "800%"});
    ocr.expectRead("JPEG", kEnglish, converted(with(large, {"-quality", "80", "jpg:-"})), kClean);
    ocr.expectRead("PNG", kEnglish, converted(with(large, {"-depth", "1", "png:-"})), kClean);
}
