#include "http/multipart.h"

#include "base/error.h"

#include <Poco/Exception.h>
#include <Poco/MemoryStream.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/String.h>

namespace aiproject {
namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::size_t kLongestHead = 4096;
constexpr int kMostParts = 64;

[[noreturn]] void refuseForm(const std::string& reason) {
    throw refusal(ErrorKind::badRequest, "the multipart body is broken: " + reason);
}

std::string boundaryOf(const std::string& contentType) {
    std::string type;
    Poco::Net::NameValueCollection parameters;
    Poco::Net::MessageHeader::splitParameters(contentType, type, parameters);
    std::string boundary = parameters.get("boundary", "");
    if (boundary.empty() || boundary.size() > kLongestBoundary) refuseForm("its content type has no usable boundary");
    return boundary;
}

struct Part {
    std::string name;
    Upload upload;
};

Part partOf(std::string_view text) {
    const auto blank = text.find("\r\n\r\n");
    if (blank == std::string_view::npos || blank > kLongestHead) refuseForm("a part has no end of its header");
    Poco::Net::MessageHeader head;
    std::string disposition;
    Poco::Net::NameValueCollection parameters;
    try {
        Poco::MemoryInputStream stream(text.data(), std::streamsize(blank + 4));
        head.read(stream);
        Poco::Net::MessageHeader::splitParameters(head.get("Content-Disposition", ""), disposition, parameters);
    } catch (const Poco::Exception&) {
        refuseForm("the header of a part cannot be read");
    }
    return {parameters.get("name", ""), {text.substr(blank + 4), parameters.get("filename", "")}};
}

}  // namespace

bool isMultipart(const std::string& contentType) {
    return Poco::toLower(contentType.substr(0, contentType.find(';'))).find("multipart/") == 0;
}

Upload filePartOf(std::string_view body, const std::string& contentType) {
    const std::string delimiter = "\r\n--" + boundaryOf(contentType);
    const std::string_view first = std::string_view(delimiter).substr(2);
    const bool isAtStart = body.substr(0, first.size()) == first;
    const auto start = isAtStart ? std::size_t(0) : body.find(delimiter);
    if (start == std::string_view::npos) refuseForm("its boundary is not in it");

    auto at = start + (isAtStart ? first.size() : delimiter.size());
    for (int parts = 0; body.substr(at, 2) != "--"; ++parts) {
        const auto lineEnd = body.find("\r\n", at);
        if (lineEnd == std::string_view::npos || parts == kMostParts) refuseForm("it is cut, or has too many parts");
        const auto end = body.find(delimiter, lineEnd);
        if (end == std::string_view::npos || end == lineEnd) refuseForm("it is cut, or has a part without a header");
        const Part part = partOf(body.substr(lineEnd + 2, end - lineEnd - 2));
        if (part.name == "file") return part.upload;
        at = end + delimiter.size();
    }
    return {};
}

}  // namespace aiproject
