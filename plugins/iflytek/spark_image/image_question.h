// The one message that asks about a picture, and what cannot be asked. Pure.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/core/chat_request.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

constexpr std::uint64_t kMaxPictureBytes = 4ULL * 1024 * 1024;

struct ImageSettings {
    ChatParameters parameters;
    std::string question;  // asked about each picture with which the client asks nothing
};

// Throws CallFailure (badInput, inputTooLarge) for what the upstream would refuse anyway.
void checkPicture(std::string_view bytes);

class ImageQuestions {
public:
    ImageQuestions(const ImageSettings& settings, const std::string& appId);

    std::string of(const ModelRequest& request) const;

private:
    const ChatForm form_;
    const std::string behindPicture_;  // of the turns
};

}  // namespace aiproject::iflytek
