// The large-model variant: /v1.
#include "upstream/base64.h"
#include "upstream/dictation_dialect.h"
#include "upstream/json_text.h"

namespace aiproject::upstream {

namespace {

class LargeDictation final : public DictationDialect {
public:
    LargeDictation(std::string appId, std::string sid) : appId_(std::move(appId)), sid_(std::move(sid)) {}

    std::string error(int code, const std::string& message) const override {
        return textOf(members({{"header", header(code, message, 2)}}));
    }

    std::vector<std::string> emptyFrames() override {
        const auto noWords = members({{"sn", 0}, {"ls", false}, {"ws", elements({})}});
        const auto head = header(0, "success", 1);
        return {textOf(members({{"header", head}})), textOf(members({{"header", head}, {"payload", members({})}})),
                frame(0, 1, toBase64(textOf(noWords)))};
    }

    FrameStatus statusOf(const Shape& message) const override {
        const auto status = message.object("header").integer("status", 0, 2);
        const auto audio = message.object("payload").object("audio");
        if (audio.integer("status", 0, 2) != status) audio.refuseValue("status", "differs from $.header.status");
        return static_cast<FrameStatus>(status);
    }

    AudioFormat begin(const Shape& message) override {
        const auto iat = message.object("parameter").object("iat");
        iat.choice("domain", {"slm"});
        iat.choice("language", {"zh_cn", "mul_cn"});
        iat.choice("accent", {"mandarin", "mulacc"});
        checkIntegers(iat, {{"eos", 600, 60000},
                            {"vinfo", 0, 1},
                            {"nbest", 0, 5},
                            {"wbest", 0, 5},
                            {"ptt", 0, 1},
                            {"nunum", 0, 1},
                            {"smth", 0, 1},
                            {"opt", 0, 2},
                            {"ltc", 1, 3}});
        correction_ = correctionOf(iat);
        if (iat.has("result")) {
            const auto result = iat.object("result");
            if (result.has("encoding")) result.choice("encoding", {"utf8"});
            if (result.has("compress")) result.choice("compress", {"raw"});
            if (result.has("format")) result.choice("format", {"json", "plain"});
        }
        const auto audio = message.object("payload").object("audio");
        rate_ = audio.integer("sample_rate", 8000, 16000);
        encoding_ = audio.choice("encoding", {"raw", "lame", "speex", "speex-wb", "opus", "opus-wb"});
        return {encoding_ == "raw", static_cast<std::uint64_t>(2 * rate_), correction_};
    }

    std::string audioOf(const Shape& message, FrameStatus status) override {
        const auto head = message.object("header");
        head.only({"app_id", "status", "res_id"});
        if (head.text("app_id") != appId_) throw Refusal{10313, "app_id and api_key does not match"};
        const auto audio = message.object("payload").object("audio");
        audio.only({"encoding", "sample_rate", "channels", "bit_depth", "seq", "status", "audio", "frame_size"});
        audio.choice("encoding", {encoding_.c_str()});
        if (rate_ != 8000 && rate_ != 16000) audio.refuseValue("sample_rate", "is not 8000 or 16000");
        audio.integer("sample_rate", rate_, rate_);
        audio.integer("channels", 1, 1);
        audio.integer("bit_depth", 16, 16);
        sequence_ = audio.integer("seq", sequence_ + 1, 9'999'999);
        return status == FrameStatus::last && !audio.has("audio") ? std::string() : audio.text("audio");
    }

    std::optional<std::string> greeting() override { return textOf(members({{"header", header(0, "success", 0)}})); }

    std::string result(const Recognized& recognized, int code) override {
        return frame(code, recognized.isLast ? 2 : 1, toBase64(textOf(resultObject(recognized, correction_))));
    }

private:
    Poco::JSON::Object header(int code, const std::string& message, int status) const {
        return members({{"code", code}, {"message", message}, {"sid", sid_}, {"status", status}});
    }

    std::string frame(int code, int status, const std::string& text) {
        const auto result = members({{"compress", "raw"},
                                     {"encoding", "utf8"},
                                     {"format", "json"},
                                     {"seq", ++sent_},
                                     {"status", status},
                                     {"text", text}});
        const auto payload = members({{"result", result}});
        return textOf(members({{"header", header(code, "success", status)}, {"payload", payload}}));
    }

    const std::string appId_, sid_;
    std::string encoding_;
    std::int64_t rate_ = 0;
    std::int64_t sequence_ = -1;  // of the client's frames
    Correction correction_ = Correction::off;
    int sent_ = 0;
};

}  // namespace

std::unique_ptr<DictationDialect> largeDictation(const std::string& appId, const std::string& sid) {
    return std::make_unique<LargeDictation>(appId, sid);
}

}  // namespace aiproject::upstream
