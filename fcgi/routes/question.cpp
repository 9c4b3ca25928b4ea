#include "routes/question.h"

namespace aiproject {

ModelRequest textQuestion(const Dialog& dialog) {
    ModelRequest request{};
    request.kind = Kind::text;
    request.dialog = std::string_view(dialog.json());
    request.turns = dialog.turns().data();
    request.turnCount = dialog.turns().size();
    return request;
}

ModelRequest voiceQuestion(const Audio& audio) {
    ModelRequest request{};
    request.kind = Kind::voice;
    request.media = audio.pcm;
    request.format = audio.sampleRate == 8'000 ? "audio/L16;rate=8000" : "audio/L16;rate=16000";
    request.sampleRate = audio.sampleRate;
    return request;
}

ModelRequest pictureQuestion(std::string_view jpeg) {
    ModelRequest request{};
    request.kind = Kind::picture;
    request.media = jpeg;
    request.format = "image/jpeg";
    return request;
}

}  // namespace aiproject
