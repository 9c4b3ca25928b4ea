#include "openai/transcript_reader.h"

#include "upstream/json_events.h"
#include "upstream/text.h"

#include <array>
#include <charconv>

namespace aiproject::openai {
namespace {

// As events, since the tokens and words of a long recording make a tree of many megabytes.
class TranscriptReader final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, TranscriptReader> {
public:
    Heard take() { return std::move(heard_); }
    bool isObject() const { return isObject_; }

    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (depth_ >= 1 && depth_ <= int(names_.size())) names_[depth_ - 1].assign(bytes, size);
        return true;
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        const std::string_view text(bytes, size);
        if (depth_ == 1) takeText(text);
        if (isInPart() && names_[2] == "text") part_.text = text;
        return outbound::isUtf8(text);
    }
    bool RawNumber(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        const std::string_view text(bytes, size);
        if (depth_ == 2 && names_[0] == "usage") takeTokens(text);
        if (isInPart() && names_[2] == "start") part_.begin = secondsIn(text);
        if (isInPart() && names_[2] == "end") part_.end = secondsIn(text);
        return true;
    }
    bool StartObject() {
        isObject_ = isObject_ || depth_ == 0;
        const bool goesOn = begin();
        if (isInPart()) part_ = {-1, -1, {}};
        return goesOn;
    }
    bool StartArray() { return begin(); }
    bool EndObject(rapidjson::SizeType /*members*/) {
        if (isInPart()) endPart();
        return end();
    }
    bool EndArray(rapidjson::SizeType /*elements*/) { return end(); }

private:
    bool begin() { return ++depth_ <= outbound::kDeepest; }
    bool end() { return --depth_ >= 0; }
    // "segments": [{...}]
    bool isInPart() const { return depth_ == 3 && names_[0] == "segments"; }

    void takeText(std::string_view text) {
        if (names_[0] == "text") heard_.text = text;
        if (names_[0] == "language") heard_.language = text;
        if (names_[0] == "type") heard_.eventType = text;
        if (names_[0] == "delta") heard_.delta = text;
    }
    static double secondsIn(std::string_view text) {
        double seconds = -1;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        return fault == std::errc() && end == text.data() + text.size() ? seconds : -1;
    }
    // Where it counts seconds it has no such members.
    void takeTokens(std::string_view text) {
        std::int64_t tokens = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), tokens);
        if (fault != std::errc() || end != text.data() + text.size()) return;
        Usage usage = heard_.usage.value_or(Usage());
        if (names_[1] == "input_tokens")
            usage.prompt = tokens;
        else if (names_[1] == "output_tokens")
            usage.completion = tokens;
        else if (names_[1] == "total_tokens")
            usage.total = tokens;
        else
            return;
        heard_.usage = usage;
    }
    void endPart() {
        constexpr double latest = 1e8;
        const bool isSensible = part_.begin >= 0 && part_.end >= part_.begin && part_.end <= latest;
        if (isSensible) heard_.parts.push_back(std::move(part_));
    }

    Heard heard_;
    HeardPart part_;
    std::array<std::string, 3> names_;  // of the members that are open
    int depth_ = 0;
    bool isObject_ = false;
};

}  // namespace

std::optional<Heard> heardIn(std::string_view json) {
    TranscriptReader handler;
    rapidjson::Reader reader;
    rapidjson::MemoryStream bytes(json.data(), json.size());
    if (outbound::readEvents(reader, bytes, handler))
        return handler.isObject() ? std::optional(handler.take()) : std::nullopt;
    const std::string repaired = outbound::withoutHalves(json);
    return repaired != json ? heardIn(repaired) : std::nullopt;
}

}  // namespace aiproject::openai
