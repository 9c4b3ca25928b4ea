// What ocr_tesseract does without an engine: the head of a picture, the form of a text, codes.
#include "integration/ocr_fixture.h"
#include "ocr_tesseract/codes.h"
#include "ocr_tesseract/page.h"
#include "ocr_tesseract/picture_head.h"
#include "ocr_tesseract/text_form.h"
#include "support/spec.h"
#include "upstream/failure.h"

#include <leptonica/allheaders.h>

using namespace aiproject;
using namespace aiproject::ocr;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OcrParts : CppUnit::TestCase {
    static PictureHead headWith(const std::string& exif) {
        const std::string size(1, char(exif.size() + 2));
        return headOf("\xff\xd8\xff\xe1\0"s + size + exif + "\xff\xc0\0\x08\x08\0\x05\0\x07\x01\xff\xd9"s);
    }
    static std::string lastLine(const std::string& text) { return text.substr(text.rfind('\n') + 1); }
};

}  // namespace

SPEC(OcrParts, know_the_size_of_a_picture_from_its_head) {
    const PictureHead jpeg = headOf(converted({"-size", "321x45", "xc:red", "jpg:-"}));
    CPPUNIT_ASSERT(jpeg.format == PictureFormat::jpeg && jpeg.width == 321 && jpeg.height == 45);
    const PictureHead progressive = headOf(converted({"-size", "1x7", "xc:red", "-interlace", "Plane", "jpg:-"}));
    CPPUNIT_ASSERT(progressive.width == 1 && progressive.height == 7 && progressive.orientation == 1);
    const PictureHead png = headOf(converted({"-size", "321x45", "xc:red", "png:-"}));
    CPPUNIT_ASSERT(png.format == PictureFormat::png && png.width == 321 && png.height == 45);
}

SPEC(OcrParts, read_the_orientation_in_either_byte_order_and_believe_no_other_number) {
    const std::string big = "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"s;
    CPPUNIT_ASSERT_EQUAL(6, headWith(big).orientation);
    CPPUNIT_ASSERT_EQUAL(8, headWith("Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x08\0\0\0"s).orientation);
    for (const std::string& broken :
         {big.substr(0, big.size() - 4), big.substr(0, 8), "Exif\0\0"s, ""s,
          "Exif\0\0MM\0*\xff\xff\xff\xff\0\1\1\x12\0\3"s, "Exif\0\0MM\0*\0\0\0\x08\xff\xff\1"s})
        CPPUNIT_ASSERT_EQUAL(1, headWith(broken).orientation);
    for (const char wrong : {'\0', '\x09', '\xff'}) {
        std::string block = big;
        block[block.size() - 3] = wrong;
        CPPUNIT_ASSERT_EQUAL(1, headWith(block).orientation);
    }
}

SPEC(OcrParts, read_the_orientation_of_a_PNG_from_its_chunk) {
    const std::string png = converted({"-size", "3x4", "xc:red", "png:-"});
    const std::string block("MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0", 22);
    const auto with = [&](std::size_t at, const std::string& size) {
        return png.substr(0, at) + size + "eXIf" + block + "sum!" + png.substr(at);
    };
    constexpr std::size_t behindHead = 33, endBytes = 12;
    CPPUNIT_ASSERT_EQUAL(6, headOf(with(behindHead, "\0\0\0\x16"s)).orientation);
    CPPUNIT_ASSERT_EQUAL(6, headOf(with(png.size() - endBytes, "\0\0\0\x16"s)).orientation);
    CPPUNIT_ASSERT_EQUAL(1, headOf(with(png.size(), "\0\0\0\x16"s)).orientation);  // behind the end
    for (const std::string& wrong : {"\xff\xff\xff\xff"s, "\0\0\0\0"s, "\0\1\0\0"s})
        CPPUNIT_ASSERT_EQUAL(1, headOf(with(behindHead, wrong)).orientation);
    const std::string whole = with(behindHead, "\0\0\0\x16"s);
    for (std::size_t size = behindHead; size < whole.size(); ++size)
        CPPUNIT_ASSERT_EQUAL(size < behindHead + 12 + block.size() ? 1 : 6, headOf(whole.substr(0, size)).orientation);
}

SPEC(OcrParts, give_the_engine_no_more_pixels_of_a_page_that_leans) {
    silenceLeptonica();
    const std::string full =
        converted(with(written(kEnglish, kLatinFont, 40),
                       {"-resize", "300%", "-rotate", "-12", "-gravity", "center", "-extent", "5000x4000", "png:-"}));
    const Page page = prepared(decoded(full, headOf(full)));
    const auto width = std::uint64_t(pixGetWidth(page.picture.get()));
    const auto height = std::uint64_t(pixGetHeight(page.picture.get()));
    const std::string size = std::to_string(width) + " x " + std::to_string(height);
    CPPUNIT_ASSERT_MESSAGE(size, width * height <= kMostPixels);
    CPPUNIT_ASSERT_MESSAGE(size, height * 100 > width * 85);  // it was straightened, which makes it less wide
}

SPEC(OcrParts, join_what_belongs_together_in_Chinese) {
    CPPUNIT_ASSERT_EQUAL("请付款，总计 5 元。"s, tidied("请 付 款 ,  总计 5 元 。 "));
    CPPUNIT_ASSERT_EQUAL("使用 Linux 系统"s, tidied("  使用 Linux  系统"));
    CPPUNIT_ASSERT_EQUAL("one, two\nthree"s, tidied("one,   two \n \n\n\tthree\f\n"));
    CPPUNIT_ASSERT_EQUAL("1,000 元，约"s, tidied("1,000 元 , 约"));
    CPPUNIT_ASSERT_EQUAL(""s, tidied(" \n\t\n"));
}

SPEC(OcrParts, keep_what_a_code_says_in_one_line) {
    CPPUNIT_ASSERT_EQUAL("WIFI:S:my  net , 北京 上海;;"s, asOneLine("WIFI:S:my  net , 北京 上海;;"));
    CPPUNIT_ASSERT_EQUAL("a QR-Code: b"s, asOneLine("a\nQR-Code: b\x1b"));
}

SPEC(OcrParts, leave_neither_control_characters_nor_broken_UTF_8) {
    CPPUNIT_ASSERT_EQUAL("ab\ufffdc\nd"s, tidied("a\0b\x1b\xffg\x7f"s.substr(0, 5) + "c\r\nd"));
    CPPUNIT_ASSERT_EQUAL("\ufffd"s, tidied("\xed\xa0\x80").substr(0, 3));
    const std::string megabyte(1 << 20, 'x');
    CPPUNIT_ASSERT(tidied(megabyte) == megabyte);
}

SPEC(OcrParts, read_codes_only_where_the_operator_wishes) {
    if (!canReadCodes()) return;
    const auto code = [](const std::string& text) {
        return runToEnd({"qrencode", {"-o", "-", "-s", "5", text}}).output;
    };
    const std::string picture = code("https://example.org/?a=1");
    Ocr with(OcrSettings{{"codes", "true"}}), without;
    CPPUNIT_ASSERT_EQUAL("QR-Code: https://example.org/?a=1"s, lastLine(with.read(picture)));
    CPPUNIT_ASSERT(without.read(picture).find("example.org") == std::string::npos);
    CPPUNIT_ASSERT_EQUAL("QR-Code: a[2Jb"s, lastLine(with.read(code("a\x1b[2J\x07"
                                                                    "b"))));  // to no terminal
}
