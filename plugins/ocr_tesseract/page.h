// A picture as the engine likes it: dark on light, straight, its letters not too small.
#pragma once

#include "ocr_tesseract/picture.h"

namespace aiproject::ocr {

struct Page {
    Picture picture;
    bool isNarrow = false;  // too few letters wide for columns
};
// Evens out light and shadow, turns white on black around, straightens lines that lean, enlarges small letters.
Page prepared(Picture picture);

Picture upsideDown(const Picture& picture);

}  // namespace aiproject::ocr
