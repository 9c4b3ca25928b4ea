// RIFF/WAVE, read in place: the desktop client records 16 kHz, 16-bit mono WAV.
#pragma once

#include "http/upload.h"

namespace aiproject {

bool isWav(std::string_view bytes) noexcept;

// The samples without the container, RF64 included. Throws Error(fileFormat) unless it is PCM, mono, 16 bit and
// 8 or 16 kHz. A data chunk whose size was never written (0, all ones) or claims more than there is ends with the
// file; of size 0 before the end or other chunks it is empty, and refused.
Audio pcmOf(std::string_view wav);

}  // namespace aiproject
