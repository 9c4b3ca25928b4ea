// Base64 as RFC 4648 section 4 has it, without mercy: no line breaks, padding required.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::upstream {

std::string toBase64(std::string_view bytes);
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace aiproject::upstream
