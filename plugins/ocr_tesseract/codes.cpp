#include "ocr_tesseract/codes.h"

#include "ocr_tesseract/text_form.h"

#ifdef AIPROJECT_OCR_ZBAR
#include <leptonica/allheaders.h>
#include <zbar.h>

#include <cstdlib>
#include <memory>

namespace aiproject::ocr {

bool canReadCodes() noexcept { return true; }

std::string codesIn(const Picture& gray) {
    l_uint8* bytes = nullptr;
    std::size_t size = 0;
    if (pixGetRasterData(gray.get(), &bytes, &size) != 0) return {};
    const std::unique_ptr<l_uint8, decltype(&std::free)> owned(bytes, &std::free);
    zbar::ImageScanner scanner;
    // Its decoder of DataBar takes plain text for such codes, and writes that to standard error.
    for (const auto type : {zbar::ZBAR_DATABAR, zbar::ZBAR_DATABAR_EXP})
        scanner.set_config(type, zbar::ZBAR_CFG_ENABLE, 0);
    zbar::Image image(unsigned(pixGetWidth(gray.get())), unsigned(pixGetHeight(gray.get())), "Y800", bytes, size);
    if (scanner.scan(image) <= 0) return {};
    std::string lines;
    for (auto symbol = image.symbol_begin(); symbol != image.symbol_end(); ++symbol)
        lines += (lines.empty() ? "" : "\n") + symbol->get_type_name() + ": " + asOneLine(symbol->get_data());
    return lines;
}

}  // namespace aiproject::ocr

#else

namespace aiproject::ocr {

bool canReadCodes() noexcept { return false; }

std::string codesIn(const Picture& /*gray*/) { return {}; }

}  // namespace aiproject::ocr

#endif
