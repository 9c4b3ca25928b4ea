// Checks text that an upstream sent. Pure.
#pragma once

#include <string_view>

namespace aiproject::outbound {

bool isUtf8(std::string_view text) noexcept;

}  // namespace aiproject::outbound
