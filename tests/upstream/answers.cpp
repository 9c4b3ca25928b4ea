// The rules by which the simulator answers; simulator.h states them.
#include "upstream/simulator.h"
#include "upstream/utf8.h"

namespace aiproject::upstream {

std::string answerTo(const std::string& question) { return question; }

std::string reasoningAbout(const std::string& question) {
    return "用户的问题有" + std::to_string(codePoints(question)) + "个字，先想一想。";
}

std::string answerToPicture(std::uint64_t bytes, const std::string& question) {
    return "一张" + std::to_string(bytes) + "字节的图片。" + question;
}

std::string textInPicture(std::uint64_t bytes) {
    constexpr std::uint64_t smallestWithText = 100;
    return bytes < smallestWithText ? std::string() : "Invoice 2026/11\n" + answerToPicture(bytes, "");
}

}  // namespace aiproject::upstream
