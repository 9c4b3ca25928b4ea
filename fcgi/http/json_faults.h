// Why a reader refuses what looks like JSON: in plain words, for who wrote it. Pure.
#pragma once

#include "base/error.h"

#include <optional>
#include <string_view>

namespace aiproject {

// A number that no reader can keep.
std::optional<Error> numberOutOfRange(std::string_view json);

// An escape that is half of a character above U+FFFF, without the other half: JSON.stringify() writes it of a text that
// was cut inside an emoji.
std::optional<Error> halfCharacter(std::string_view json);

}  // namespace aiproject
