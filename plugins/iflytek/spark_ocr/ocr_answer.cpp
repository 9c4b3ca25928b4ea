#include "iflytek/spark_ocr/ocr_answer.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"
#include "upstream/json_events.h"

#include <optional>

namespace aiproject::iflytek {
namespace {

// The member `whole_text` of an object, whatever else is in it and however much.
class WholeTextReader final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, WholeTextReader> {
public:
    const std::optional<std::string>& text() const { return text_; }

    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        isNext_ = depth_ == 1 && std::string_view(bytes, size) == "whole_text";
        return true;
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (isNext_) text_.emplace(bytes, size);
        isNext_ = false;
        return true;
    }
    bool RawNumber(const char* /*bytes*/, rapidjson::SizeType /*size*/, bool /*copy*/) { return Default(); }
    bool Default() {
        isNext_ = false;
        return true;
    }
    bool StartObject() { return start(); }
    bool EndObject(rapidjson::SizeType /*members*/) { return --depth_ >= 0; }
    bool StartArray() { return start(); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return --depth_ >= 0; }

private:
    bool start() {
        isNext_ = false;
        return ++depth_ <= outbound::kDeepest;
    }

    std::optional<std::string> text_;
    bool isNext_ = false;
    int depth_ = 0;
};

std::string wholeTextIn(const std::string& json) {
    rapidjson::Reader reader;
    rapidjson::MemoryStream stream(json.data(), json.size());
    WholeTextReader whole;
    if (json.empty() || json.front() != '{' || !outbound::readEvents(reader, stream, whole))
        outbound::failMessage("has a result that is no JSON object");
    if (!whole.text()) outbound::failMessage("has a result without whole_text");
    if (!isUtf8(*whole.text())) outbound::failMessage("has a whole_text that is not UTF-8");
    return *whole.text();
}

void failForCode(const Poco::JSON::Object::Ptr& json) {
    const auto header = memberObject(json, "header");
    if (const auto code = memberInteger(header, "code"); code && *code != 0)
        throw failureOf(Service::document, {*code, memberText(header, "message"), memberText(header, "sid")});
}

}  // namespace

OcrAnswer ocrAnswerIn(const std::string& body) {
    const auto json = objectOf(body);
    failForCode(json);
    const auto header = memberObject(json, "header");
    if (!memberInteger(header, "code")) outbound::failMessage("has no header.code");
    const auto result = memberObject(memberObject(json, "payload"), "recognizeDocumentRes");
    if (!result) outbound::failMessage("has no payload.recognizeDocumentRes");
    const auto decoded = fromBase64(memberText(result, "text"));
    if (!decoded) outbound::failMessage("has a result that is not Base64");
    return {wholeTextIn(*decoded), memberText(header, "sid")};
}

void failForErrorIn(const std::string& body) {
    Poco::JSON::Object::Ptr json;
    try {
        json = objectOf(body);
    } catch (const CallFailure&) {
        return;  // a page, or nothing
    }
    failForCode(json);
}

}  // namespace aiproject::iflytek
