// A request to /chat/completions, checked. Pure.
#pragma once

#include "upstream/openai/members.h"
#include "upstream/openai/models.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::upstream::openai {

struct Tool {
    std::string name;
    Poco::JSON::Object::Ptr schema;  // of its arguments; nullptr: it takes none
};

struct Dialog {
    std::string question;  // text of the last user message
    std::uint64_t pictureBytes = 0;
    std::uint64_t audioBytes = 0;
    std::vector<std::string> toolResults;  // after that message
    std::int64_t promptTokens = 0;
    std::int64_t cachedTokens = 0;
};

struct ChatAsk {
    const Model* model = nullptr;
    bool stream = false;
    bool includeUsage = false;
    Dialog dialog;
    std::optional<std::int64_t> limit;  // of tokens
    std::vector<std::string> stops;
    std::vector<Tool> tools;
    std::string toolChoice = "auto";  // none, auto, required, or "=NAME"
    bool parallelTools = true;
    bool wantsJson = false;
    Poco::JSON::Object::Ptr jsonSchema;  // nullptr: any object
};

// Both throw ApiError.
ChatAsk readChatAsk(const std::string& body);
Dialog readDialog(const std::vector<Members>& messages, const Model& model);

}  // namespace aiproject::upstream::openai
