// The body that asks for the text in a picture, and what cannot be asked. Pure.
#pragma once

#include "upstream/http_question.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

constexpr std::uint64_t kMaxDocumentBytes = 3ULL * 1024 * 1024;  // 4 MB in Base64

class OcrQuestions {
public:
    explicit OcrQuestions(const std::string& appId);

    // Throws CallFailure (badInput, inputTooLarge) for what the upstream would refuse anyway.
    outbound::HttpBody of(std::string_view picture) const;

private:
    const std::string beforeEncoding_;
};

}  // namespace aiproject::iflytek
