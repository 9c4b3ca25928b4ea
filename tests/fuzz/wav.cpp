// A recording, with or without a container.
#include "http/wav.h"
#include "base/error.h"
#include "fuzz/media_samples.h"

namespace aiproject::fuzz {

void tryInput(std::string_view input) {
    try {
        const Audio audio = audioIn({input, {}});
        if (!isWav(input)) require(audio.pcm == input, "raw PCM is taken whole");
        if (!input.empty()) requireSamples(audio, input);
    } catch (const Error& refused) {
        require(refused.kind() == ErrorKind::fileFormat, "a recording is refused for its format");
    }
}

}  // namespace aiproject::fuzz
