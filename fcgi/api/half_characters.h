// Characters above U+FFFF that an upstream has cut in two: JSON writes them as two escapes, \ud83d\ude00, and services
// that count UTF-16 send one in this frame and the other in the next. Each alone is nothing that UTF-8 can have, so
// readers refuse the text. Here they are put together again; a half that stays alone is U+FFFD. Pure.
#pragma once

#include "api/frame_look.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

// The same JSON with a mark that readers take in place of each escape that is half a character.
std::string withMarkedHalves(std::string_view json);

// Of one answer.
class HalfCharacters {
public:
    // A first half has come, and the other one has not.
    bool isOpen() const noexcept { return first_ != 0; }
    // Puts together what the frame has pieces of: those that end with a first half lose it to the next piece of the
    // same text. A frame in which something was changed is no longer whole.
    void join(FrameLook& look);
    // Of a text that has its halves together.
    static std::string joinedAlone(std::string_view text);

private:
    struct Place {
        std::optional<AnswerPiece::Kind> of;  // none: the arguments of a tool call
        std::uint32_t index;                  // of that
        bool operator==(const Place& other) const noexcept { return of == other.of && index == other.index; }
    };

    std::string joined(const Place& place, std::string_view piece);

    std::uint32_t first_ = 0;
    Place place_{AnswerPiece::Kind::text, 0};
};

}  // namespace aiproject
