// Base64 (RFC 4648, 4), whose padding may be missing. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

// None: it is not base64.
std::optional<std::string> decodedBase64(std::string_view text);
std::string base64Of(std::string_view bytes);

}  // namespace aiproject
