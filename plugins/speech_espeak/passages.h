// A text in the pieces in which it is spoken, each with one voice. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiproject::espeak {

struct Passage {
    std::string text;       // UTF-8, with something to be said in it
    bool isHan = false;     // in Chinese characters; digits and signs go with what is before them
    bool hasPause = false;  // it ends where a sentence does
};

// A hundred at most: the last one may be in several scripts. Control characters, which are commands to the engine,
// become spaces, and no two brackets stand together, which would begin phonemes; what has no meaning in a text (private
// use, half surrogates, bytes that are no UTF-8) is left out.
std::vector<Passage> passagesOf(std::string_view text);

}  // namespace aiproject::espeak
