// Bar and QR codes in a picture, by zbar, where the plugin was built with it.
#pragma once

#include "ocr_tesseract/picture.h"

#include <string>

namespace aiproject::ocr {

// Whether this build has it.
bool canReadCodes() noexcept;

// A line for each: "QR-Code: https://example.org". Empty: there is none.
std::string codesIn(const Picture& gray);

}  // namespace aiproject::ocr
