// The messages of a chat completion: checked, as turns.
#pragma once

#include "aiproject/imodel.h"

#include <simdjson.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

class OpenAiMessages {
public:
    // Borrows the list. Throws Error(badRequest or unsupported), which names the member that is wrong.
    explicit OpenAiMessages(simdjson::dom::array messages);
    OpenAiMessages(const OpenAiMessages&) = delete;  // turns() points into it
    OpenAiMessages& operator=(const OpenAiMessages&) = delete;

    const std::vector<Turn>& turns() const noexcept { return turns_; }

    // A part that is no text, and where it stands: "messages[0].content[1]".
    struct Medium {
        Part part;
        std::string path;
    };
    const std::vector<Medium>& media() const noexcept { return media_; }
    // The first place that is about tool calls; empty: there is none.
    const std::string& toolsPath() const noexcept { return toolsPath_; }
    // The assistant's turn at the end, which the answer is to go on with; empty: there is none.
    std::string begunPath() const;

private:
    void add(simdjson::dom::element message, const std::string& path);
    void addContent(Turn& turn, simdjson::dom::element content, const std::string& path);
    void addParts(Turn& turn, simdjson::dom::array parts, const std::string& path);
    Part partOf(simdjson::dom::element element, std::string_view role, const std::string& path);
    Part picturePart(simdjson::dom::object members, const std::string& path);
    Part audioPart(simdjson::dom::object members, const std::string& path);
    void addToolCalls(Turn& turn, simdjson::dom::element calls, const std::string& path);
    std::string_view kept(std::string text);

    std::vector<Turn> turns_;
    std::vector<Medium> media_;
    std::string toolsPath_;
    std::deque<std::string> texts_;  // joined or decoded
    std::deque<std::vector<Part>> parts_;
    std::deque<std::vector<ToolCall>> toolCalls_;
};

}  // namespace aiproject
