#include "api/spark_frames.h"
#include "base/json_text.h"

namespace aiproject {
namespace {

constexpr int kMiddleFrame = 1, kLastFrame = 2;
constexpr const char* kSuccess = "Success";
constexpr std::string_view kElementEnd = R"(,"role":"assistant","index":0})";

// Up to the list of choices.
std::string head(const FramePlace& place, int code, std::string_view message, int status) {
    const std::string state = std::to_string(status);
    std::string json = R"({"header":{"code":)" + std::to_string(code) + R"(,"message":)";
    addJsonText(json, message);
    json += R"(,"sid":)";
    addJsonText(json, place.id);
    json += R"(,"status":)" + state + R"(},"payload":{"choices":{"status":)" + state + R"(,"seq":)" +
            std::to_string(place.number) + R"(,"text":[)";
    return json;
}

int statusAt(const FramePlace& place) { return place.number > 0 ? kMiddleFrame : 0; }

// From the list of choices on.
std::string tail(const Usage& usage) {
    return R"(]},"usage":{"text":{"question_tokens":)" + std::to_string(usage.question) + R"(,"prompt_tokens":)" +
           std::to_string(usage.prompt) + R"(,"completion_tokens":)" + std::to_string(usage.completion) +
           R"(,"total_tokens":)" + std::to_string(usage.total) + "}}}}";
}

void addElement(std::string& json, std::string_view text) {
    json += R"({"content":)";
    addJsonText(json, text);
    json += kElementEnd;
}

}  // namespace

std::string sparkText(const FramePlace& place, std::string_view text) {
    std::string json = head(place, 0, kSuccess, statusAt(place));
    addElement(json, text);
    json += "]}}}";
    return json;
}

std::string sparkThought(const FramePlace& place, std::string_view thought) {
    std::string json = head(place, 0, kSuccess, statusAt(place)) + R"({"content":"","reasoning_content":)";
    addJsonText(json, thought);
    json.append(kElementEnd) += "]}}}";
    return json;
}

std::string sparkEnd(const FramePlace& place, std::string_view text, const Usage& usage) {
    std::string json = head(place, 0, kSuccess, kLastFrame);
    addElement(json, text);
    json += tail(usage);
    return json;
}

std::string sparkBreak(const FramePlace& place, int code, const std::string& message, const Usage& usage) {
    return head(place, code, message, kLastFrame) + tail(usage);
}

}  // namespace aiproject
