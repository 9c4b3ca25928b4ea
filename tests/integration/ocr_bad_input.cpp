// What ocr_tesseract is sent by mistake or in malice, and what an operator may have forgotten.
#include "integration/ocr_fixture.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <ctime>
#include <filesystem>
#include <fstream>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OcrBadInput : CppUnit::TestCase {
    Ocr ocr;

    static std::string page(const std::string& format) {
        return converted(with(written("Hello", kLatinFont, 24), {format + ":-"}));
    }
    static std::string findings(const std::map<std::string, std::string>& settings) {
        const PluginUnderTest plugin("ocr_tesseract", settings);
        CPPUNIT_ASSERT(!plugin.isUsable());
        return plugin.findings();
    }
    static void expectPart(const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE(text + " lacks " + part, text.find(part) != std::string::npos);
    }
};

// "IHDR" of a PNG without a checksum that is right, and nothing behind it.
std::string pngOfSize(const std::string& width, const std::string& height) {
    return "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"s + width + height + "\x08\0\0\0\0"s + "crc!";
}

}  // namespace

// Behind the last row a PNG may lack what it likes.
SPEC(OcrBadInput, that_is_cut_is_refused_and_never_read_in_part) {
    const std::string jpeg = page("jpg"), png = page("png");
    CPPUNIT_ASSERT_EQUAL("Hello"s, ocr.read(jpeg));
    CPPUNIT_ASSERT_EQUAL("Hello"s, ocr.read(png));
    for (std::size_t size = 0; size < jpeg.size() - 2; size += size < 64 ? 1 : jpeg.size() / 40)
        CPPUNIT_ASSERT(!ocr.refusal(jpeg.substr(0, size)).empty());
    const std::size_t lastRow = png.rfind("IDAT") + 4;
    for (std::size_t size = 0; size < lastRow; size += size < 64 ? 1 : lastRow / 40)
        CPPUNIT_ASSERT(!ocr.refusal(png.substr(0, size)).empty());
}

SPEC(OcrBadInput, that_lacks_only_the_mark_of_its_end_is_read) {
    const std::string jpeg = page("jpg");
    CPPUNIT_ASSERT_EQUAL("Hello"s, ocr.read(jpeg.substr(0, jpeg.size() - 2)));
    CPPUNIT_ASSERT_EQUAL("the JPEG is cut off: its end is missing"s, ocr.refusal(jpeg.substr(0, jpeg.size() * 3 / 4)));
    const std::string within = jpeg.substr(0, jpeg.size() - 2) + page("png") + jpeg.substr(jpeg.size() - 2);
    CPPUNIT_ASSERT_EQUAL("the JPEG is damaged"s, ocr.refusal(within));
}

SPEC(OcrBadInput, that_is_damaged_is_read_or_refused) {
    for (const std::string& format : {"jpg"s, "png"s}) {
        const std::string whole = page(format);
        for (std::size_t at = 3; at < whole.size(); at += whole.size() / 60) {
            std::string damaged = whole;
            damaged[at] = char(damaged[at] ^ 0xff);
            const ModelStatus status = ocr.plugin.ask(Question::picture(damaged)).status;
            CPPUNIT_ASSERT(status == ModelStatus::ok || status == ModelStatus::badInput ||
                           status == ModelStatus::inputTooLarge);
        }
    }
}

SPEC(OcrBadInput, that_only_pretends_to_be_a_picture_is_refused) {
    const std::string jpeg = page("jpg"), png = page("png");
    for (const std::string& bytes : {""s, "GIF89a"s, "\xff\xd8\xff"s, "\xff\xd8\xff\xd9"s, "\x89PNG\r\n\x1a\n"s,
                                     "\xff\xd8\xff" + png, "\x89PNG\r\n\x1a\n" + jpeg, std::string(5000, '\xff')})
        CPPUNIT_ASSERT(!ocr.refusal(bytes).empty());
    CPPUNIT_ASSERT_EQUAL("Hello"s, ocr.read(jpeg + png));  // the first one ends where it says
}

SPEC(OcrBadInput, with_no_pixels_is_refused) {
    CPPUNIT_ASSERT_EQUAL("the PNG has no pixels"s, ocr.refusal(pngOfSize("\0\0\0\0"s, "\0\0\0\0"s)));
    CPPUNIT_ASSERT_EQUAL("the PNG has no pixels"s, ocr.refusal(pngOfSize("\0\0\0\x09"s, "\0\0\0\0"s)));
    std::string jpeg = page("jpg");
    jpeg.replace(jpeg.find("\xff\xc0") + 5, 4, 4, '\0');
    CPPUNIT_ASSERT_EQUAL("the JPEG has no pixels"s, ocr.refusal(jpeg));
}

SPEC(OcrBadInput, with_too_many_pixels_is_refused_before_it_is_decoded) {
    const std::string side = "\0\0\xea\x60"s;  // 60,000
    const std::string sentence = "the picture has 60000 x 60000 pixels; this model takes at most 60000000 in all";
    const std::clock_t began = std::clock();  // of the processor
    for (int i = 0; i < 100; ++i)
        CPPUNIT_ASSERT_EQUAL(sentence, ocr.refusal(pngOfSize(side, side), ModelStatus::inputTooLarge));
    CPPUNIT_ASSERT(std::clock() - began < 2 * CLOCKS_PER_SEC);  // decoding one takes longer
    std::string jpeg = page("jpg");
    jpeg.replace(jpeg.find("\xff\xc0") + 5, 4, "\xea\x60\xea\x60");
    CPPUNIT_ASSERT_EQUAL(sentence, ocr.refusal(jpeg, ModelStatus::inputTooLarge));
    const std::string bomb = converted({"-size", "2000x2000", "xc:white", "-depth", "1", "png:-"});
    CPPUNIT_ASSERT(bomb.size() < 20'000);
    Ocr modest(OcrSettings{{"max_pixels", "3999999"}}), enough(OcrSettings{{"max_pixels", "4000000"}});
    expectPart(modest.refusal(bomb, ModelStatus::inputTooLarge),
               "2000 x 2000 pixels; this model takes at most 3999999");
    CPPUNIT_ASSERT_EQUAL(""s, enough.read(bomb));
}

SPEC(OcrBadInput, with_hundreds_of_scans_is_refused) {
    std::string jpeg = page("jpg");
    const std::size_t scan = jpeg.find("\xff\xda");
    const std::string one = jpeg.substr(scan, jpeg.size() - 2 - scan);
    for (int i = 0; i < 60; ++i) jpeg.insert(scan, one);
    CPPUNIT_ASSERT_EQUAL("the JPEG has more than 50 scans"s, ocr.refusal(jpeg));
}

SPEC(OcrBadInput, of_the_operator_names_the_setting_and_the_package) {
    expectPart(findings({{"languages", "eng+tlh"}}), "model.ocr_tesseract.languages: there is no data for 'tlh'");
    expectPart(findings({{"languages", "chi_tra"}, {"data", "/nowhere"}}),
               "in /nowhere; install the package tesseract-ocr-chi-tra");
    for (const std::string& languages :
         {""s, "+"s, "eng+"s, "../eng"s, "eng chi_sim"s, "chi_sim+ eng"s, "eng + chi_sim"s})
        expectPart(findings({{"languages", languages}}), "model.ocr_tesseract.languages");
}

SPEC(OcrBadInput, in_the_data_of_a_language_is_the_operators_fault) {
    const TempDir folder;
    std::ofstream(folder.file("eng.traineddata")) << "this is no data";
    Ocr broken(OcrSettings{{"languages", "eng"}, {"data", folder.path().string()}});
    const Outcome outcome = broken.plugin.ask(Question::picture(page("png")));
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::misconfigured), int(outcome.status));
    expectPart(outcome.explanation, "tesseract cannot read the data of eng in " + folder.path().string());
}
