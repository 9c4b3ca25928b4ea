#include "routes/transcript.h"

#include "api/openai_errors.h"
#include "base/json_text.h"
#include "base/utf8.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace aiproject {
namespace {

std::string secondsText(double seconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", seconds);
    return text.data();
}

std::string durationUsage(double seconds) { return R"({"type":"duration","seconds":)" + secondsText(seconds) + "}"; }

std::vector<KeptPart> partsOf(const WholeTranscript& transcript) {
    if (!transcript.answer.parts.empty() || transcript.answer.text.empty()) return transcript.answer.parts;
    return {{0, transcript.seconds, transcript.answer.text}};
}

// Clients are promised numbers that only a model of one maker could tell; those are left at 0.
std::string segmentJson(const KeptPart& part, std::size_t number) {
    return R"({"id":)" + std::to_string(number) + R"(,"seek":0,"start":)" + secondsText(part.begin) + R"(,"end":)" +
           secondsText(part.end) + R"(,"text":)" + jsonText(part.text) +
           R"(,"tokens":[],"temperature":0.0,"avg_logprob":0.0,"compression_ratio":1.0,"no_speech_prob":0.0})";
}

std::string verboseJson(const WholeTranscript& transcript) {
    const WholeAnswer& answer = transcript.answer;
    std::string segments;
    std::size_t number = 0;
    for (const KeptPart& part : partsOf(transcript))
        segments.append(segments.empty() ? "" : ",").append(segmentJson(part, number++));
    return R"({"task":"transcribe","language":)" +
           jsonText(answer.language.empty() ? transcript.language : answer.language) + R"(,"duration":)" +
           secondsText(transcript.seconds) + R"(,"text":)" + jsonText(answer.text) + R"(,"segments":[)" + segments +
           R"(],"usage":)" + durationUsage(transcript.seconds) + "}";
}

// "01:02:03,450"
std::string clock(double seconds, char point) {
    const std::int64_t all = std::llround(seconds * 1'000);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%02lld:%02d:%02d%c%03d", static_cast<long long>(all / 3'600'000),
                  int(all / 60'000 % 60), int(all / 1'000 % 60), point, int(all % 1'000));
    return text.data();
}

// An empty line would end the cue.
std::string oneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return trimmed(text);
}

// https://www.w3.org/TR/webvtt1/ 3.1: no arrow, and & and < escaped.
std::string vttText(const std::string& line) {
    return Poco::replace(Poco::replace(Poco::replace(line, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

// An arrow would be read as the times of a cue; "--->" has another one when the first is gone.
std::string withoutArrow(std::string line) {
    while (line.find("-->") != std::string::npos) line = Poco::replace(line, "-->", "->");
    return line;
}

std::string subtitles(const WholeTranscript& transcript, TranscriptFormat format) {
    const bool isVtt = format == TranscriptFormat::vtt;
    const char point = isVtt ? '.' : ',';
    std::string all = isVtt ? "WEBVTT\n\n" : "";
    int number = 0;
    for (const KeptPart& part : partsOf(transcript)) {
        const std::string line = oneLine(part.text);
        if (line.empty()) continue;
        if (!isVtt) all += std::to_string(++number) + "\n";
        all += clock(part.begin, point) + " --> " + clock(part.end, point) + "\n";
        all += (isVtt ? vttText(line) : withoutArrow(line)) + "\n\n";
    }
    return all;
}

}  // namespace

TranscriptText transcriptAs(TranscriptFormat format, const WholeTranscript& transcript) {
    constexpr const char *json = "application/json; charset=utf-8", *plain = "text/plain; charset=utf-8";
    switch (format) {
        case TranscriptFormat::json: break;
        case TranscriptFormat::text: return {plain, transcript.answer.text + "\n"};
        case TranscriptFormat::srt: return {plain, subtitles(transcript, format)};
        case TranscriptFormat::verboseJson: return {json, verboseJson(transcript)};
        case TranscriptFormat::vtt: return {"text/vtt; charset=utf-8", subtitles(transcript, format)};
    }
    return {json, R"({"text":)" + jsonText(transcript.answer.text) + R"(,"usage":)" +
                      durationUsage(transcript.seconds) + "}"};
}

void TranscriptWriter::text(const FramePlace& /*place*/, std::string_view piece) {
    if (whole_.size() + piece.size() > limit_) throw AnswerTooLong();
    whole_ += piece;
    sink_.put(R"({"type":"transcript.text.delta","delta":)" + jsonText(piece) + "}");
}

void TranscriptWriter::finish(const FramePlace& /*place*/, const AnswerEnd& end) {
    std::string usage = durationUsage(seconds_);
    if (end.usage.total > 0)
        usage = R"({"type":"tokens","input_tokens":)" + std::to_string(end.usage.prompt) + R"(,"output_tokens":)" +
                std::to_string(end.usage.completion) + R"(,"total_tokens":)" + std::to_string(end.usage.total) + "}";
    sink_.put(R"({"type":"transcript.text.done","text":)" + jsonText(whole_) + R"(,"usage":)" + usage + "}");
}

void TranscriptWriter::broken(const FramePlace& /*place*/, const Breakage& why, const Usage& /*usage*/) {
    sink_.put(openAiErrorJson(openAiFaultOf(why.kind), why.message));
}

}  // namespace aiproject
