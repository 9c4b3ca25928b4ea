// What the services that take a picture refuse before it is sent. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace aiproject::iflytek {

// By the mark at the begin alone.
bool isJpeg(std::string_view bytes) noexcept;
bool isPng(std::string_view bytes) noexcept;

// Throws CallFailure (inputTooLarge) that says both sizes. `mostBytes` are whole megabytes.
void refuseLarge(std::string_view picture, std::uint64_t mostBytes);

}  // namespace aiproject::iflytek
