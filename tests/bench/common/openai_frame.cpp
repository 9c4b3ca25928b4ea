#include "bench/common/openai_frame.h"

#include <stdexcept>

namespace aiproject::bench {
namespace {

using namespace std::string_view_literals;

constexpr auto kChunk =
    R"(data: {"id":"chatcmpl-000be7c4","object":"chat.completion.chunk","created":1764460800,"model":"bench","choices":[{"index":0,"delta":{)"sv;

}  // namespace

void appendOpenAiFrame(std::string& out, const FrameToSend& frame) {
    constexpr auto data = "data: "sv, beforeContent = R"("role":"assistant","content":")"sv,
                   afterContent = R"("},"finish_reason":null}]})"sv;
    const std::size_t begin = out.size();
    out.append(kChunk).append(beforeContent);
    appendContent(out, frame, begin + data.size(), afterContent.size());
    out.append(afterContent).append("\n\n"sv);
    if (!frame.isLast) return;
    const std::string completion = std::to_string(frame.seq + 1U), total = std::to_string(frame.seq + 6U);
    out.append(kChunk).append(R"(},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":)"sv);
    out.append(completion).append(R"(,"total_tokens":)"sv).append(total).append("}}\n\ndata: [DONE]\n\n"sv);
}

std::optional<FrameSeen> readOpenAiLine(std::string_view line) {
    constexpr auto content = R"("content":"@)"sv;
    const auto at = line.find(content);
    if (at != std::string_view::npos) return readContent(line.substr(at + content.size()));
    if (line.find(R"("error")"sv) != std::string_view::npos)
        throw std::runtime_error("answered with " + std::string(line.substr(0, 200)));
    return std::nullopt;
}

}  // namespace aiproject::bench
