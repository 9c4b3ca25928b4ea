#include "routes/question.h"

namespace aiproject {
namespace {

ModelRequest documentedRequest(Kind kind) {
    static const Sampling asTheModelLikes;  // the documented dialect has no words for it
    ModelRequest request;
    request.kind = kind;
    request.sampling = &asTheModelLikes;
    request.dialect = "documented";
    return request;
}

}  // namespace

ModelRequest textQuestion(const Dialog& dialog) {
    ModelRequest request = documentedRequest(Kind::text);
    request.turns = {dialog.turns().data(), dialog.turns().size()};
    return request;
}

ModelRequest voiceQuestion(const Audio& audio) {
    ModelRequest request = documentedRequest(Kind::voice);
    request.media = audio.pcm;
    request.format = audio.sampleRate == 8'000 ? "audio/L16;rate=8000" : "audio/L16;rate=16000";
    request.sampleRate = audio.sampleRate;
    return request;
}

ModelRequest pictureQuestion(std::string_view picture, std::string_view format) {
    ModelRequest request = documentedRequest(Kind::picture);
    request.media = picture;
    request.format = format;
    return request;
}

}  // namespace aiproject
