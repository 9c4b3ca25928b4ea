// What a client asks of /v1/audio/transcriptions: the fields of its form, checked.
#pragma once

#include "aiproject/imodel.h"
#include "http/upload.h"

#include <string>

namespace aiproject {

enum class TranscriptFormat { json, text, srt, verboseJson, vtt };

struct Transcription {
    std::string model, language, prompt;
    TranscriptFormat format = TranscriptFormat::json;
    bool isStreamed = false;
    Sampling sampling;  // its temperature
    Upload file;        // into the form
};

// Fields may come in any order; of one that comes twice the last counts, of files the first. Fields that are not in the
// table of HTTP.md are overlooked. Throws Error, which names the field.
Transcription transcriptionIn(const std::string& form, const std::string& contentType);

// Answers of this format say when each part was said.
bool showsTimes(TranscriptFormat format) noexcept;

}  // namespace aiproject
