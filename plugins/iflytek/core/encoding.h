// Text encodings of the protocol. Pure.
#pragma once

#include "upstream/text.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

using outbound::isUtf8;

std::string base64(std::string_view bytes);  // standard alphabet, padded, without line breaks
std::optional<std::string> fromBase64(std::string_view text);

// Everything outside A-Z a-z 0-9 - _ . ~ as %XX: fits both styles that the services document.
std::string percentEncoded(std::string_view text);

}  // namespace aiproject::iflytek
