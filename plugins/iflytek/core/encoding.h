// Text encodings of the protocol. Pure.
#pragma once

#include "upstream/text.h"

#include <string>
#include <string_view>

namespace aiproject::iflytek {

using outbound::base64;
using outbound::fromBase64;
using outbound::isUtf8;

// Everything outside A-Z a-z 0-9 - _ . ~ as %XX: fits both styles that the services document.
std::string percentEncoded(std::string_view text);

}  // namespace aiproject::iflytek
