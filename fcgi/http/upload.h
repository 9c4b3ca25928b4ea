// The file in a voice or picture request: the raw body, or the part "file" of multipart/form-data as
// the original's clients send it; and what its bytes say it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject {

struct Upload {
    std::string_view bytes;  // into the body
    std::string fileName;    // of a multipart part; may be empty
};

// Throws Error(fileMissing) for no or an empty file, Error(badRequest) for a broken multipart body.
Upload uploadIn(std::string_view body, const std::string& contentType);

struct Audio {
    std::string_view pcm;      // 16 bit, little endian, mono
    std::uint32_t sampleRate;  // 8000 or 16000
};

// Raw PCM is taken as 16 kHz. Throws Error(fileFormat) saying what is wrong.
Audio audioIn(const Upload& upload);

// By the mark at the begin alone.
bool isJpeg(std::string_view bytes) noexcept;
bool isPng(std::string_view bytes) noexcept;

}  // namespace aiproject
