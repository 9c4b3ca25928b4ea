#include "http/upload.h"

#include "base/error.h"
#include "http/foreign_format.h"
#include "http/multipart.h"
#include "http/wav.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>

namespace aiproject {
namespace {

bool startsWith(std::string_view bytes, std::string_view start) { return bytes.substr(0, start.size()) == start; }

std::string extensionOf(const std::string& fileName) {
    const auto dot = fileName.rfind('.');
    return dot == std::string::npos ? "" : Poco::toLower(fileName.substr(dot + 1));
}

}  // namespace

Upload uploadIn(std::string_view body, const std::string& contentType) {
    Upload upload{body, {}};
    if (isMultipart(contentType)) upload = filePartOf(body, contentType);
    if (upload.bytes.empty()) throw refusal(ErrorKind::fileMissing, "the request has no file, or an empty one");
    return upload;
}

Audio audioIn(const Upload& upload) {
    if (isWav(upload.bytes)) return pcmOf(upload.bytes);
    static constexpr std::array<std::string_view, 4> extensions{"", "pcm", "wav", "raw"};
    const std::string extension = extensionOf(upload.fileName);
    if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
        throw refusal(ErrorKind::fileFormat, "the voice model takes .pcm and .wav files");
    if (const char* name = foreignFormat(upload.bytes))
        throw refusal(ErrorKind::fileFormat, std::string("this is a ") + name + " file, not PCM or WAV");
    if (upload.bytes.size() % 2 != 0) throw refusal(ErrorKind::fileFormat, "16-bit PCM has an even number of bytes");
    return {upload.bytes, 16'000};
}

bool isJpeg(std::string_view bytes) noexcept { return startsWith(bytes, "\xff\xd8\xff"); }

bool isPng(std::string_view bytes) noexcept { return startsWith(bytes, "\x89PNG\r\n\x1a\n"); }

}  // namespace aiproject
