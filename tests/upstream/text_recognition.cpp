#include "upstream/text_recognition.h"

#include "upstream/base64.h"
#include "upstream/endings.h"
#include "upstream/handshake.h"
#include "upstream/json_text.h"
#include "upstream/shape.h"

#include <Poco/Timestamp.h>

namespace aiproject::upstream {

namespace {

using openai::ApiError;

constexpr ShapeCodes kCodes{10160, 10163, 10163};
constexpr int kNotBase64 = 10161, kUnreadable = 10043, kForeignApp = 10313;
constexpr std::size_t kMaxBase64 = 4UL * 1024 * 1024;
constexpr int kWhole = 3;  // status: the first and the last piece at once

std::string errorBody(int code, const std::string& message, const std::string& sid) {
    return textOf(members({{"header", members({{"code", code}, {"message", message}, {"sid", sid}})}}));
}

ApiError gatewayError(const HttpRefusal& refusal) {
    return {refusal.status, refusal.violation, "", "", "", textOf(members({{"message", refusal.message}}))};
}

void checkParameter(const Shape& parameter) {
    parameter.only({"hh_ocr_recognize_doc"});
    const auto service = parameter.object("hh_ocr_recognize_doc");
    service.only({"recognizeDocumentRes"});
    const auto result = service.object("recognizeDocumentRes");
    result.only({"encoding", "compress", "format"});
    result.choice("encoding", {"utf8"});
    result.choice("compress", {"raw"});
    result.choice("format", {"json"});
}

bool begins(const std::string& bytes, std::string_view mark) { return bytes.compare(0, mark.size(), mark) == 0; }

std::uint64_t pictureIn(const Shape& image) {
    image.only({"encoding", "image", "status"});
    image.integer("status", kWhole, kWhole);
    const auto encoding = image.choice("encoding", {"jpg", "jpeg", "png", "bmp"});
    const auto text = image.text("image");
    if (text.empty() || text.size() > kMaxBase64) image.refuseValue("image", "does not have 1 to 4194304 characters");
    const auto bytes = fromBase64(text);
    if (!bytes) throw Refusal{kNotBase64, "parse base64 string error"};
    const bool isIt = encoding == "png"   ? begins(*bytes, "\x89PNG\r\n\x1A\n")
                      : encoding == "bmp" ? begins(*bytes, "BM")
                                          : begins(*bytes, "\xFF\xD8\xFF");
    if (!isIt) throw Refusal{kUnreadable, "the picture is no " + encoding};
    return bytes->size();
}

// Of the real ones' shape, with what nobody needs.
std::string resultOf(const std::string& text) {
    Poco::JSON::Array lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.add(members({{"text", text.substr(at, end - at)},
                           {"score", 0.99},
                           {"position", elements({0, 0, 90, 0, 90, 20, 0, 20})}}));
        at = end + 1;
    }
    return textOf(members({{"lines", lines}, {"angle", 0}, {"width", 100}, {"height", 40}, {"whole_text", text}}));
}

std::string answerOf(const RecognitionAsk& ask, const Options& options) {
    const auto root = Shape::parse(ask.body, kCodes);
    root.only({"header", "parameter", "payload"});
    const auto header = root.object("header");
    header.only({"app_id", "uid", "status"});
    header.integer("status", kWhole, kWhole);
    if (header.text("app_id") != options.appId) throw Refusal{kForeignApp, "invalid appid"};
    checkParameter(root.object("parameter"));
    const auto payload = root.object("payload");
    payload.only({"image"});
    const auto result = toBase64(resultOf(textInPicture(pictureIn(payload.object("image")))));
    return textOf(members(
        {{"header", members({{"code", 0}, {"message", "success"}, {"sid", ask.sid}})},
         {"payload",
          members({{"recognizeDocumentRes",
                    members({{"compress", "raw"}, {"encoding", "utf8"}, {"format", "json"}, {"text", result}})}})}}));
}

}  // namespace

std::string recognizeText(const RecognitionAsk& ask, const Options& options) {
    if (ask.request.getMethod() != "POST") throw gatewayError({404, "not found", "not POST"});
    if (const auto refusal = checkSignature(ask.request, options, Poco::Timestamp())) throw gatewayError(*refusal);
    if (ask.request.getContentType().rfind("application/json", 0) != 0)
        throw gatewayError({400, "content type is not application/json", "content type is not application/json"});
    try {
        return answerOf(ask, options);
    } catch (const Refusal& refusal) {
        throw ApiError{200, refusal.message,
                       "",  std::to_string(refusal.code),
                       "",  errorBody(refusal.code, refusal.message, ask.sid)};
    }
}

std::optional<ApiError> recognitionRefusalBy(const Fault& fault) {
    switch (fault.kind) {
        case FaultKind::httpStatus: return gatewayError({fault.code != 0 ? fault.code : 503, "simulated fault", ""});
        case FaultKind::wrongSignature: return gatewayError(wrongSignature(""));
        case FaultKind::skewedClock: return gatewayError(wrongDate(""));
        default: return std::nullopt;
    }
}

std::string recognitionErrorOf(const Fault& fault) {
    return errorBody(fault.code, fault.text.empty() ? "simulated fault" : fault.text, "ocr0@simulated");
}

}  // namespace aiproject::upstream
