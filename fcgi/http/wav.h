// RIFF/WAVE, read in place: the desktop client records 16 kHz, 16-bit mono WAV.
#pragma once

#include "http/upload.h"

namespace aiproject {

bool isWav(std::string_view bytes) noexcept;

// The samples without the container. Throws Error(fileFormat) unless it is PCM, mono, 16 bit and 8
// or 16 kHz. A data chunk that claims more than there is (a recorder that was stopped) ends with the
// file.
Audio pcmOf(std::string_view wav);

}  // namespace aiproject
