// The forms of text that upstreams send and take. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::outbound {

bool isUtf8(std::string_view text) noexcept;

// The same JSON with U+FFFD for each escape that is half a character (\ud83d without its other half), which readers
// refuse. Some services cut texts there.
std::string withoutHalves(std::string_view json);

std::string base64(std::string_view bytes);  // standard alphabet, padded, without line breaks
std::optional<std::string> fromBase64(std::string_view text);

}  // namespace aiproject::outbound
