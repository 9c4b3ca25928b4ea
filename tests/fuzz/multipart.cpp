// A voice or picture request. An input is the content type, a line feed, and the body.
#include "http/multipart.h"
#include "base/error.h"
#include "fuzz/media_samples.h"

#include <string>

namespace aiproject::fuzz {
namespace {

void requireWhole(std::string_view file, std::string_view body) {
    require(isInside(file, body), "the part is in the body");
    const std::string_view before = body.substr(0, file.data() - body.data());
    const std::string_view after = body.substr(before.size() + file.size());
    const auto lies = [&](std::string_view lineEnd) {
        const std::string emptyLine = std::string(lineEnd) + std::string(lineEnd);
        return before.size() >= emptyLine.size() && before.substr(before.size() - emptyLine.size()) == emptyLine &&
               after.substr(0, lineEnd.size() + 2) == std::string(lineEnd) + "--";
    };
    require(lies("\r\n") || lies("\n"), "the part begins after its header and ends before a boundary");
}

}  // namespace

void tryInput(std::string_view input) {
    const auto line = input.substr(0, input.find('\n'));
    const std::string contentType(line);
    const std::string_view body = input.substr(line.size() + (line.size() < input.size() ? 1 : 0));
    try {
        const Upload upload = uploadIn(body, contentType);
        require(!upload.bytes.empty(), "a file that is taken is not empty");
        if (isMultipart(contentType)) requireWhole(upload.bytes, body);
        require(isMultipart(contentType) || upload.bytes == body, "any other body is the file");
        requireSamples(audioIn(upload), upload.bytes);
    } catch (const Error& refused) {
        require(refused.kind() == ErrorKind::badRequest || refused.kind() == ErrorKind::fileMissing ||
                    refused.kind() == ErrorKind::fileFormat,
                "a body is refused for what the client sent");
    }
}

}  // namespace aiproject::fuzz
