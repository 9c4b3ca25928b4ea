#include "iflytek/spark_ocr/ocr_question.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"
#include "iflytek/core/picture.h"

namespace aiproject::iflytek {
namespace {

// As the service calls it.
const char* encodingOf(std::string_view picture) {
    if (isJpeg(picture)) return "jpg";
    if (isPng(picture)) return "png";
    throw CallFailure(ModelStatus::badInput, "the picture begins neither as a JPEG nor as a PNG does",
                      "the picture is neither JPEG nor PNG");
}

}  // namespace

OcrQuestions::OcrQuestions(const std::string& appId)
    : beforeEncoding_(R"({"header":{"app_id":)" + quotedJson(appId) +
                      R"(,"status":3},"parameter":{"hh_ocr_recognize_doc":{"recognizeDocumentRes":)"
                      R"({"encoding":"utf8","compress":"raw","format":"json"}}},"payload":{"image":{"encoding":")") {}

outbound::HttpBody OcrQuestions::of(std::string_view picture) const {
    const char* const encoding = encodingOf(picture);
    refuseLarge(picture, kMaxDocumentBytes);
    outbound::HttpBody body;
    body.add(beforeEncoding_ + encoding + R"(","image":")");
    body.add(base64(picture));
    body.add(R"(","status":3}}})");
    return body;
}

}  // namespace aiproject::iflytek
