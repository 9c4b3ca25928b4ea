#include "routes/transcription.h"

#include "base/error.h"
#include "base/utf8.h"
#include "http/multipart.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kMostPromptBytes = 16UL * 1024;

constexpr std::array<std::pair<std::string_view, TranscriptFormat>, 5> kFormats{
    {{"json", TranscriptFormat::json},
     {"text", TranscriptFormat::text},
     {"srt", TranscriptFormat::srt},
     {"verbose_json", TranscriptFormat::verboseJson},
     {"vtt", TranscriptFormat::vtt}}};

void takeFormat(Transcription& asked, const std::string& value) {
    const auto* const known =
        std::find_if(kFormats.begin(), kFormats.end(), [&](const auto& each) { return each.first == value; });
    if (known == kFormats.end())
        throw refusalOf("response_format", "'response_format' must be json, text, srt, verbose_json or vtt",
                        ErrorKind::unsupported);
    asked.format = known->second;
}

// HTTP clients of some languages write True.
void takeStream(Transcription& asked, const std::string& value) {
    const std::string word = Poco::toLower(value);
    if (word != "true" && word != "false") throw refusalOf("stream", "'stream' must be true or false");
    asked.isStreamed = word == "true";
}

// As RFC 5646 writes them; upstreams have their own lists.
void takeLanguage(Transcription& asked, const std::string& value) {
    constexpr std::size_t longest = 35;
    const bool isTag =
        value.size() <= longest && std::all_of(value.begin(), value.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        });
    if (!isTag) throw refusalOf("language", "'language' must be a language tag, such as zh or en-US");
    asked.language = value;
}

void takeTemperature(Transcription& asked, const std::string& value) {
    double number = 0;
    const char* const end = value.data() + value.size();
    const auto [behind, fault] = std::from_chars(value.data(), end, number);
    if (fault != std::errc() || behind != end || !(number >= 0 && number <= 1))
        throw refusalOf("temperature", "'temperature' must be a number from 0 to 1");
    asked.sampling.temperature = {number, 1};
}

void takeGranularity(Transcription& /*asked*/, const std::string& value) {
    if (value == "segment") return;
    throw refusalOf("timestamp_granularities[]",
                    value == "word" ? "the times of single words are not told; ask for 'segment'"
                                    : "'timestamp_granularities[]' must be segment",
                    value == "word" ? ErrorKind::unsupported : ErrorKind::badRequest);
}

using Take = void (*)(Transcription&, const std::string&);
constexpr std::array<std::pair<std::string_view, Take>, 8> kFields{
    {{"model", [](Transcription& asked, const std::string& value) { asked.model = beginOf(value, 256); }},
     {"prompt", [](Transcription& asked, const std::string& value) { asked.prompt = value; }},
     {"response_format", &takeFormat},
     {"stream", &takeStream},
     {"language", &takeLanguage},
     {"temperature", &takeTemperature},
     {"timestamp_granularities[]", &takeGranularity},
     {"timestamp_granularities", &takeGranularity}}};

// An empty field is as good as absent.
void takeField(Transcription& asked, const FormPart& part) {
    const auto* const field =
        std::find_if(kFields.begin(), kFields.end(), [&](const auto& each) { return each.first == part.name; });
    if (field == kFields.end() || part.bytes.empty()) return;
    if (part.bytes.size() > kMostPromptBytes)
        throw refusalOf(part.name, "'" + part.name + "' is longer than " + std::to_string(kMostPromptBytes) + " bytes");
    if (!isUtf8(part.bytes)) throw refusalOf(part.name, "'" + part.name + "' is not valid UTF-8");
    field->second(asked, std::string(part.bytes));
}

}  // namespace

bool showsTimes(TranscriptFormat format) noexcept {
    return format != TranscriptFormat::json && format != TranscriptFormat::text;
}

Transcription transcriptionIn(const std::string& form, const std::string& contentType) {
    if (!isMultipart(contentType))
        throw refusalOf("file", "the body must be multipart/form-data, with the parts 'file' and 'model'");
    Transcription asked;
    for (const FormPart& part : formPartsOf(form, contentType)) {
        if (part.name == "file" && asked.file.bytes.empty())
            asked.file = {part.bytes, part.fileName.value_or("")};
        else
            takeField(asked, part);
    }
    if (asked.model.empty()) throw refusalOf("model", "'model' is missing");
    if (asked.file.bytes.empty()) throw refusalOf("file", "'file' is missing, or empty", ErrorKind::fileMissing);
    if (asked.isStreamed && showsTimes(asked.format))
        throw refusalOf("response_format", "'response_format' must be json or text where 'stream' is true",
                        ErrorKind::unsupported);
    return asked;
}

}  // namespace aiproject
