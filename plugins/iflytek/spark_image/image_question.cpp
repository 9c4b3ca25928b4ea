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

std::string behindPicture(const std::string& question) {
    return R"(","content_type":"image"},{"role":"user","content":)" + quotedJson(question) +
           R"(,"content_type":"text"}])";
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
    : form_(settings.parameters, appId), behindPicture_(behindPicture(settings.question)) {}

std::string ImageQuestions::of(const ModelRequest& request) const {
    const std::string asked = request.turns.count > 0 ? request.turns[request.turns.count - 1].content.str() : "";
    return form_.filled(request.user, {R"([{"role":"user","content":")", base64(request.media),
                                       asked.empty() ? behindPicture_ : behindPicture(asked)});
}

}  // namespace aiproject::iflytek
