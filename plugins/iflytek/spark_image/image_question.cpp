#include "iflytek/spark_image/image_question.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"
#include "iflytek/core/picture.h"

namespace aiproject::iflytek {
namespace {

std::string behindPicture(const std::string& question) {
    return R"(","content_type":"image"},{"role":"user","content":)" + quotedJson(question) +
           R"(,"content_type":"text"}])";
}

}  // namespace

void checkPicture(std::string_view bytes) {
    if (!isJpeg(bytes))
        throw CallFailure(ModelStatus::badInput, "the picture does not begin as a JPEG does", "the picture is no JPEG");
    refuseLarge(bytes, kMaxPictureBytes);
}

ImageQuestions::ImageQuestions(const ImageSettings& settings, const std::string& appId)
    : form_(settings.parameters, appId), behindPicture_(behindPicture(settings.question)) {}

std::string ImageQuestions::of(const ModelRequest& request) const {
    const std::string asked = request.turns.count > 0 ? request.turns[request.turns.count - 1].content.str() : "";
    return form_.filled(request.user, {R"([{"role":"user","content":")", base64(request.media),
                                       asked.empty() ? behindPicture_ : behindPicture(asked)});
}

}  // namespace aiproject::iflytek
