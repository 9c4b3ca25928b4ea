// IAT v2: /v2/iat.
#include "upstream/dictation_dialect.h"
#include "upstream/json_text.h"
#include "upstream/utf8.h"

namespace aiproject::upstream {

namespace {

constexpr std::size_t kMaxAudioText = 13000;

class ClassicDictation final : public DictationDialect {
public:
    ClassicDictation(std::string appId, std::string sid) : appId_(std::move(appId)), sid_(std::move(sid)) {}

    std::string error(int code, const std::string& message) const override {
        return textOf(members({{"code", code}, {"message", message}, {"sid", sid_}}));
    }

    std::vector<std::string> emptyFrames() override {
        const auto noWords = members({{"sn", 0}, {"ls", false}, {"ws", elements({})}});
        const auto noCandidates = members({{"bg", 0}, {"cw", elements({})}});
        const auto emptyWord = members({{"sn", 0}, {"ls", false}, {"ws", elements({noCandidates})}});
        return {error(0, "success"), frame(0, members({{"status", 1}})),
                frame(0, members({{"status", 1}, {"result", noWords}})),
                frame(0, members({{"status", 1}, {"result", emptyWord}}))};
    }

    FrameStatus statusOf(const Shape& message) const override {
        return static_cast<FrameStatus>(message.object("data").integer("status", 0, 2));
    }

    AudioFormat begin(const Shape& message) override {
        message.only({"common", "business", "data"});
        if (message.object("common").text("app_id") != appId_)
            throw Refusal{10313, "app_id and api_key does not match"};
        const auto business = message.object("business");
        for (const char* required : {"language", "domain", "accent"})
            if (business.text(required).empty()) business.refuseValue(required, "is empty");
        checkIntegers(business, {{"eos", 0, 10000},
                                 {"vad_eos", 0, 10000},
                                 {"ptt", 0, 1},
                                 {"pcm", 0, 1},
                                 {"vinfo", 0, 1},
                                 {"nunum", 0, 1},
                                 {"ltc", 1, 3},
                                 {"nbest", 1, 5},
                                 {"wbest", 1, 5}});
        correction_ = correctionOf(business);
        const auto data = message.object("data");
        format_ = data.choice("format", {"audio/L16;rate=16000", "audio/L16;rate=8000"});
        encoding_ = data.choice("encoding", {"raw", "lame", "speex", "speex-wb"});
        const std::uint64_t bytesPerSecond = format_ == "audio/L16;rate=16000" ? 32000 : 16000;
        return {encoding_ == "raw", bytesPerSecond, correction_};
    }

    std::string audioOf(const Shape& message, FrameStatus status) override {
        if (status != FrameStatus::first) message.only({"data"});
        const auto data = message.object("data");
        data.only({"status", "format", "encoding", "audio"});
        const bool isLast = status == FrameStatus::last;
        if (!isLast || data.has("format")) data.choice("format", {format_.c_str()});
        if (!isLast || data.has("encoding")) data.choice("encoding", {encoding_.c_str()});
        if (isLast && !data.has("audio")) return {};
        auto audio = data.text("audio");
        if (audio.size() > kMaxAudioText) data.refuseValue("audio", "is longer than 13000 characters");
        return audio;
    }

    std::string result(const Recognized& recognized, int code) override {
        const int status = recognized.isLast ? 2 : sent_ == 0 ? 0 : 1;
        ++sent_;
        return frame(code, members({{"status", status}, {"result", resultObject(recognized, correction_)}}));
    }

private:
    std::string frame(int code, const Poco::JSON::Object& data) const {
        return textOf(members({{"code", code}, {"message", "success"}, {"sid", sid_}, {"data", data}}));
    }

    const std::string appId_, sid_;
    std::string format_, encoding_;
    Correction correction_ = Correction::off;
    int sent_ = 0;
};

}  // namespace

std::unique_ptr<DictationDialect> classicDictation(const std::string& appId, const std::string& sid) {
    return std::make_unique<ClassicDictation>(appId, sid);
}

Poco::JSON::Object resultObject(const Recognized& recognized, Correction correction) {
    auto object = members({{"sn", recognized.number}, {"ls", recognized.isLast}, {"bg", 0}, {"ed", 0}});
    if (correction == Correction::dynamic) {
        const auto range = recognized.replaced.value_or(std::pair(recognized.number, recognized.number));
        object.set("pgs", recognized.replaced ? "rpl" : "apd");
        object.set("rg", elements({range.first, range.second}));
    }
    Poco::JSON::Array words;
    for (const auto word : piecesOf(recognized.text, (codePoints(recognized.text) + 1) / 2)) {
        const auto candidate = members({{"sc", 0}, {"w", std::string(word)}});
        words.add(members({{"bg", 0}, {"cw", elements({candidate})}}));
    }
    object.set("ws", words);
    return object;
}

void checkIntegers(const Shape& parameters, const std::vector<IntegerParameter>& known) {
    for (const auto& one : known)
        if (parameters.has(one.name)) parameters.integer(one.name, one.least, one.most);
}

Correction correctionOf(const Shape& parameters) {
    if (!parameters.has("dwa")) return Correction::off;
    parameters.choice("dwa", {"wpgs"});
    return Correction::dynamic;
}

}  // namespace aiproject::upstream
