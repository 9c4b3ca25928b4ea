// The message that asks, as chat and image understanding take it. Pure.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::iflytek {

enum class UserId { sent, withheld };

struct ChatParameters {
    std::string domain;
    double temperature = 0.5;
    std::int64_t topK = 4;
    std::int64_t maxTokens = 4096;
    UserId userId = UserId::sent;
};

// From the settings domain, temperature, top_k, max_tokens and uid, which both plugins have.
ChatParameters chatParametersOf(const ISettings& settings);

// All of the message but what each call brings: written once, by the settings.
class ChatForm {
public:
    // `more`: members of parameter.chat, as JSON, each after a comma; may be empty.
    ChatForm(const ChatParameters& parameters, const std::string& appId, const std::string& more = {});

    // `turns`: pieces of a JSON array. `values`: what the call has instead of the settings' temperature, top_k and
    // max_tokens.
    std::string filled(Text user, std::initializer_list<std::string_view> turns,
                       const std::optional<ChatParameters>& values = std::nullopt) const;

private:
    static std::string valuesOf(const ChatParameters& parameters);

    std::string beforeUser_, behindUser_, values_, behindValues_;
    UserId userId_;
};

}  // namespace aiproject::iflytek
