#include "bench/common/spark_frame.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace aiproject::bench {
namespace {

using namespace std::string_view_literals;

void appendNumber(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    out.append(digits, std::size_t(end - digits));
}

// Text as a model writes it, mostly of several bytes a letter; the rest is dots.
void appendPadding(std::string& out, std::size_t size) {
    constexpr auto words = "星火模型回答了一个问题，"sv;
    for (; size >= words.size(); size -= words.size()) out.append(words);
    out.append(size, '.');
}

// The text behind the first `"name":`, spaces skipped; empty: it is not there.
std::string_view valueOf(std::string_view json, std::string_view quotedName) {
    const auto at = json.find(quotedName);
    if (at == std::string_view::npos) return {};
    json.remove_prefix(at + quotedName.size());
    json.remove_prefix(std::min(json.find_first_not_of(" :"), json.size()));
    return json;
}

std::optional<std::uint64_t> numberOf(std::string_view json, std::string_view quotedName) {
    const auto value = valueOf(json, quotedName);
    std::uint64_t number = 0;
    if (std::from_chars(value.data(), value.data() + value.size(), number).ec != std::errc()) return std::nullopt;
    return number;
}

std::string textOf(std::string_view json, std::string_view quotedName) {
    auto value = valueOf(json, quotedName);
    if (value.empty() || value.front() != '"') return std::string(value.substr(0, value.find_first_of(",}")));
    value.remove_prefix(1);
    return std::string(value.substr(0, value.find('"')));
}

[[noreturn]] void throwRefusal(std::string_view json) {
    const auto code = textOf(json, R"("code")"sv);
    const auto message =
        textOf(json, json.find(R"("message")") == std::string_view::npos ? R"("msg")"sv : R"("message")"sv);
    throw std::runtime_error("answered with code " + code + ": " + message);
}

}  // namespace

void appendContent(std::string& out, const FrameToSend& frame, std::size_t begin, std::size_t rest) {
    out.push_back('@');
    appendNumber(out, std::uint64_t(frame.sentAt.time_since_epoch().count()));
    out.push_back(';');
    appendNumber(out, frame.seq);
    out.append(frame.isLast ? ";1;"sv : ";0;"sv);
    const std::size_t size = out.size() - begin + rest;
    if (size < frame.bytes) appendPadding(out, frame.bytes - size);
}

FrameSeen readContent(std::string_view content) {
    std::array<std::uint64_t, 3> numbers{};
    for (std::uint64_t& number : numbers) {
        const auto [end, error] = std::from_chars(content.data(), content.data() + content.size(), number);
        content.remove_prefix(std::size_t(end - content.data()));
        if (error != std::errc() || content.empty() || content.front() != ';')
            throw std::runtime_error("a content without time of sending, seq or end");
        content.remove_prefix(1);
    }
    return {std::uint32_t(numbers[1]), numbers[2] == 1, TimePoint(std::chrono::nanoseconds(numbers[0]))};
}

void appendFrame(std::string& out, const FrameToSend& frame) {
    const std::size_t begin = out.size();
    const char status = frame.isLast ? '2' : frame.seq == 0 ? '0' : '1';
    out.append(R"({"header":{"code":0,"message":"Success","sid":"cht000be7c4@dx18793cd421fb894542","status":)"sv);
    out.push_back(status);
    out.append(R"(},"payload":{"choices":{"status":)"sv);
    out.push_back(status);
    out.append(R"(,"seq":)"sv);
    appendNumber(out, frame.seq);
    out.append(R"(,"text":[{"content":")"sv);
    constexpr auto afterContent = R"(","role":"assistant","index":0}]})"sv;
    std::string usage;
    if (frame.isLast) {
        usage = R"(,"usage":{"text":{"question_tokens":4,"prompt_tokens":5,"completion_tokens":)";
        appendNumber(usage, frame.seq + 1U);
        usage += R"(,"total_tokens":)";
        appendNumber(usage, frame.seq + 6U);
        usage += "}}";
    }
    constexpr auto end = "}}"sv;
    appendContent(out, frame, begin, afterContent.size() + usage.size() + end.size());
    out.append(afterContent).append(usage).append(end);
}

std::string errorFrame(int code, std::string_view message) {
    return R"({"header":{"code":)" + std::to_string(code) + R"(,"message":")" + std::string(message) +
           R"(","sid":"cht000be7c4@dx18793cd421fb894542","status":2}})";
}

FrameSeen readFrame(std::string_view json) {
    // The content is the model's and may say anything: what is sought stands before it, or is its beginning.
    constexpr auto mark = R"("content":"@)"sv;
    const auto content = json.find(mark);
    const auto head = json.substr(0, content);
    if (numberOf(head, R"("code")"sv) != 0U) throwRefusal(json);
    const auto seq = numberOf(head, R"("seq")"sv);
    const auto status = numberOf(head, R"("status")"sv);
    std::uint64_t sentAt = 0;
    if (content != std::string_view::npos)
        std::from_chars(json.data() + content + mark.size(), json.data() + json.size(), sentAt);
    if (!seq || !status || sentAt == 0) throw std::runtime_error("a frame without status, seq or time of sending");
    return {std::uint32_t(*seq), status == 2U, TimePoint(std::chrono::nanoseconds(sentAt))};
}

}  // namespace aiproject::bench
