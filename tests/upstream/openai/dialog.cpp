// The messages of a request: roles, parts, and which tool call each tool's answer belongs to.
#include "upstream/base64.h"
#include "upstream/openai/chat_ask.h"
#include "upstream/utf8.h"

#include <set>

namespace aiproject::upstream::openai {

namespace {

constexpr std::int64_t kMediaTokens = 273;

struct Content {
    std::string text;
    std::uint64_t pictureBytes = 0;
    std::uint64_t audioBytes = 0;
    std::int64_t tokens = 0;
};

std::uint64_t decodedBytes(const Members& part, const std::string& name, const std::string& base64) {
    const auto bytes = fromBase64(base64);
    if (!bytes || bytes->empty()) part.refuseValue(name, "is not base64", "invalid_base64");
    return bytes->size();
}

void readPicture(const Members& part, Content& content) {
    part.only({"type", "image_url"});
    part.require("image_url");
    const auto picture = *part.object("image_url");
    picture.only({"url", "detail"});
    picture.choice("detail", {"auto", "low", "high"});
    const auto url = picture.requiredText("url");
    const std::string mark = ";base64,";
    const auto at = url.find(mark);
    if (url.rfind("data:image/", 0) != 0 || at == std::string::npos)
        picture.refuseValue("url", "is not a data: URL of a picture in base64", "invalid_image_url");
    content.pictureBytes += decodedBytes(picture, "url", url.substr(at + mark.size()));
}

void readSound(const Members& part, Content& content) {
    part.only({"type", "input_audio"});
    part.require("input_audio");
    const auto sound = *part.object("input_audio");
    sound.only({"data", "format"});
    sound.require("format");
    sound.choice("format", {"wav", "mp3"});
    content.audioBytes += decodedBytes(sound, "data", sound.requiredText("data"));
}

void readPart(const Members& part, bool takesMedia, Content& content) {
    const auto type = part.requiredText("type");
    if (type == "text") {
        part.only({"type", "text"});
        content.text += part.requiredText("text");
    } else if (!takesMedia || (type != "image_url" && type != "input_audio")) {
        part.refuseValue("type", "has the unsupported value '" + type + "' for this role and model");
    } else if (type == "image_url") {
        readPicture(part, content);
        content.tokens += kMediaTokens;
    } else {
        readSound(part, content);
        content.tokens += kMediaTokens;
    }
}

Content contentOf(const Members& message, bool takesMedia) {
    Content content;
    if (!message.has("content")) return content;
    if (message.value("content").isString()) {
        content.text = *message.text("content");
    } else {
        const auto parts = *message.objects("content");
        if (parts.empty()) message.refuseValue("content", "must have at least one part", "empty_array");
        for (const auto& part : parts) readPart(part, takesMedia, content);
    }
    content.tokens += static_cast<std::int64_t>(codePoints(content.text));
    return content;
}

std::set<std::string> toolCallsOf(const Members& message) {
    std::set<std::string> ids;
    const auto calls = message.objects("tool_calls");
    if (!calls) return ids;
    if (calls->empty()) message.refuseValue("tool_calls", "must have at least one call", "empty_array");
    for (const auto& call : *calls) {
        call.only({"id", "type", "function"});
        call.require("type");
        call.choice("type", {"function"});
        call.require("function");
        const auto function = *call.object("function");
        function.only({"name", "arguments"});
        function.requiredText("name");
        function.requiredText("arguments");
        if (!ids.insert(call.requiredText("id")).second) call.refuseValue("id", "was used twice");
    }
    return ids;
}

// Reads the messages in order; knows which tool calls still wait for their answer.
class Reader {
public:
    explicit Reader(const Model& model) : model_(model) {}

    void read(const Members& message) {
        const auto role = message.requiredText("role");
        if (role != "tool" && !open_.empty())
            message.refuseValue("role", "must be 'tool': the tool_call_id " + *open_.begin() + " has no answer yet");
        dialog_.cachedTokens = dialog_.promptTokens;
        if (role == "system" || role == "developer")
            plain(message);
        else if (role == "user")
            user(message);
        else if (role == "assistant")
            assistant(message);
        else if (role == "tool")
            tool(message);
        else
            message.refuseValue("role", "has the unsupported value '" + role + "'");
    }

    Dialog end(const Members& last) const {
        if (!open_.empty()) last.refuseValue("tool_calls", "are not followed by their answers");
        return dialog_;
    }

private:
    Content plain(const Members& message) {
        message.only({"role", "content", "name"});
        return required(message, false);
    }

    void user(const Members& message) {
        message.only({"role", "content", "name"});
        const auto content = required(message, model_.takesMedia);
        dialog_.question = content.text;
        dialog_.pictureBytes = content.pictureBytes;
        dialog_.audioBytes = content.audioBytes;
        dialog_.toolResults.clear();
    }

    void assistant(const Members& message) {
        message.only({"role", "content", "name", "tool_calls", "refusal", "audio", "annotations", "reasoning_content",
                      "reasoning"});
        open_ = toolCallsOf(message);
        if (open_.empty() && !message.has("refusal")) message.require("content");
        dialog_.promptTokens += contentOf(message, false).tokens;
    }

    void tool(const Members& message) {
        message.only({"role", "content", "tool_call_id"});
        if (open_.erase(message.requiredText("tool_call_id")) == 0)
            message.refuseValue("tool_call_id", "belongs to no tool call of the assistant before it");
        dialog_.toolResults.push_back(required(message, false).text);
    }

    Content required(const Members& message, bool takesMedia) {
        message.require("content");
        auto content = contentOf(message, takesMedia);
        dialog_.promptTokens += content.tokens;
        return content;
    }

    const Model& model_;
    Dialog dialog_;
    std::set<std::string> open_;  // ids of tool calls without an answer
};

}  // namespace

Dialog readDialog(const std::vector<Members>& messages, const Model& model) {
    Reader reader(model);
    for (const auto& message : messages) reader.read(message);
    return reader.end(messages.back());
}

}  // namespace aiproject::upstream::openai
