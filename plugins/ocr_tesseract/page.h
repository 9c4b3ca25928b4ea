// A picture as the engine likes it: dark on light, straight, its letters not too small.
#pragma once

#include "ocr_tesseract/picture.h"

namespace aiproject::ocr {

struct Page {
    Picture picture;
    bool isNarrow = false;  // too few letters wide for columns
    int tallOfFew = 0;      // the height of its tall letters, where it has few, as a sign has; 0: it has more
};
// Evens out light and shadow, makes the letters dark and the ground bright, straightens lines that lean, enlarges
// small letters.
Page prepared(Picture picture);

// Of a page with few letters.
Picture withLettersOf(int height, const Page& page);

Picture upsideDown(const Picture& picture);

}  // namespace aiproject::ocr
