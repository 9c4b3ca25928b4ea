// What audioIn() promises, whatever the container was.
#pragma once

#include "fuzz/target.h"
#include "http/upload.h"

#include <functional>

namespace aiproject::fuzz {

inline bool isInside(std::string_view part, std::string_view whole) {
    const std::less_equal<const char*> isNotAfter;
    return isNotAfter(whole.data(), part.data()) && isNotAfter(part.data() + part.size(), whole.data() + whole.size());
}

inline void requireSamples(const Audio& audio, std::string_view file) {
    require(isInside(audio.pcm, file), "the samples are in the file");
    require(!audio.pcm.empty() && audio.pcm.size() % 2 == 0, "there are whole samples of 16 bits");
    require(audio.sampleRate == 8'000 || audio.sampleRate == 16'000, "the rate is one of two");
}

}  // namespace aiproject::fuzz
