#include "iflytek/spark_image/image_question.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"

namespace aiproject::iflytek {
namespace {

constexpr std::string_view kJpegStart = "\xFF\xD8\xFF";

std::string megabytes(std::uint64_t bytes) {  // rounded up, so that what is too large never looks right
    constexpr std::uint64_t megabyte = 1024ULL * 1024;
    const std::uint64_t tenths = (bytes * 10 + megabyte - 1) / megabyte;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

}  // namespace

void checkPicture(std::string_view bytes) {
    if (bytes.substr(0, kJpegStart.size()) != kJpegStart)
        throw CallFailure(ModelStatus::badInput, "the picture does not begin as a JPEG does", "the picture is no JPEG");
    if (bytes.size() <= kMaxPictureBytes) return;
    const std::string sentence =
        "the picture has " + megabytes(bytes.size()) + "; the picture model takes at most 4 MB";
    throw CallFailure(ModelStatus::inputTooLarge, sentence, sentence);
}

ImageQuestions::ImageQuestions(const ImageSettings& settings, const std::string& appId)
    : form_(settings.parameters, appId),
      behindPicture_(R"(","content_type":"image"},{"role":"user","content":)" + quotedJson(settings.question) +
                     R"(,"content_type":"text"}])") {}

std::string ImageQuestions::of(const ModelRequest& request) const {
    return form_.filled(request.user, {R"([{"role":"user","content":")", base64(request.media), behindPicture_});
}

}  // namespace aiproject::iflytek
