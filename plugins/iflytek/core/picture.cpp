#include "iflytek/core/picture.h"

#include "iflytek/core/error_codes.h"

#include <string>

namespace aiproject::iflytek {
namespace {

constexpr std::uint64_t kMegabyte = 1024ULL * 1024;

bool begins(std::string_view bytes, std::string_view mark) { return bytes.substr(0, mark.size()) == mark; }

std::string megabytes(std::uint64_t bytes) {  // rounded up, so that what is too large never looks right
    const std::uint64_t tenths = (bytes * 10 + kMegabyte - 1) / kMegabyte;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

}  // namespace

bool isJpeg(std::string_view bytes) noexcept { return begins(bytes, "\xFF\xD8\xFF"); }

bool isPng(std::string_view bytes) noexcept { return begins(bytes, "\x89PNG\r\n\x1A\n"); }

void refuseLarge(std::string_view picture, std::uint64_t mostBytes) {
    if (picture.size() <= mostBytes) return;
    const std::string sentence = "the picture has " + megabytes(picture.size()) + "; the picture model takes at most " +
                                 std::to_string(mostBytes / kMegabyte) + " MB";
    throw CallFailure(ModelStatus::inputTooLarge, sentence, sentence);
}

}  // namespace aiproject::iflytek
