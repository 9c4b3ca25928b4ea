#include "api/speech_writer.h"

namespace aiproject {
namespace {

[[noreturn]] void refuseWhatIsNoSpeech() {
    throw Error(ErrorKind::speechModelFailed, "the plugin answered with something else than bytes of speech");
}

}  // namespace

void SpeechWriter::frame(const FramePlace& /*place*/, std::string_view /*own*/, const FrameLook& /*look*/) {
    refuseWhatIsNoSpeech();
}

void SpeechWriter::lastFrame(const FramePlace& /*place*/, const std::string& /*own*/, const AnswerEnd& /*end*/) {
    refuseWhatIsNoSpeech();
}

void SpeechWriter::text(const FramePlace& /*place*/, std::string_view /*piece*/) { refuseWhatIsNoSpeech(); }

void SpeechWriter::thought(const FramePlace& /*place*/, std::string_view /*piece*/) { refuseWhatIsNoSpeech(); }

void SpeechWriter::toolCall(const FramePlace& /*place*/, const ToolPiece& /*piece*/) { refuseWhatIsNoSpeech(); }

}  // namespace aiproject
