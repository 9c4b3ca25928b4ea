#include "http/multipart.h"

#include "base/error.h"

#include <Poco/Exception.h>
#include <Poco/MemoryStream.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>
#include <optional>

namespace aiproject {
namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::size_t kLongestHead = 4096;
constexpr int kMostParts = 1'000;  // as the original

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

// RFC 2046, 5.1.1: behind the boundary stand blanks and the end of the line, or "--" first. A line that only
// begins like it belongs to the part.
struct Delimiter {
    std::size_t begin, end;  // from the line end before it to the line after it
    bool isLast;
};

std::optional<Delimiter> nextDelimiter(std::string_view body, const std::string& dashes, std::string_view lineEnd,
                                       std::size_t from) {
    for (auto at = body.find(dashes, from); at != std::string_view::npos; at = body.find(dashes, at + 1)) {
        const bool isAfterLine = at >= lineEnd.size() && body.substr(at - lineEnd.size(), lineEnd.size()) == lineEnd;
        if (at != 0 && !isAfterLine) continue;
        auto end = at + dashes.size();
        const bool isLast = body.substr(end, 2) == "--";
        end = std::min(body.find_first_not_of(" \t", isLast ? end + 2 : end), body.size());
        const bool isLine = body.substr(end, lineEnd.size()) == lineEnd;
        if (!isLine && !(isLast && end == body.size())) continue;
        return Delimiter{at == 0 ? 0 : at - lineEnd.size(), end + (isLine ? lineEnd.size() : 0), isLast};
    }
    return std::nullopt;
}

// An epilogue may stand right behind the last delimiter (RFC 2046, 5.1.1), as a NUL or a line end of the other kind
// does. A line of a file may look like that, too: so only where nothing else ends the part, and the last such line.
std::optional<Delimiter> lastDelimiter(std::string_view body, const std::string& dashes, std::string_view lineEnd,
                                       std::size_t from) {
    const auto at = body.rfind(std::string(lineEnd) + dashes + "--");
    if (at == std::string_view::npos || at < from) return std::nullopt;
    return Delimiter{at, body.size(), true};
}

class Delimiters {
public:
    // The first one decides how lines end: with CRLF, or with LF alone, which the original took as well.
    Delimiters(std::string_view body, const std::string& contentType)
        : body_(body), dashes_("--" + boundaryOf(contentType)) {
        const auto standard = nextDelimiter(body_, dashes_, "\r\n", 0);
        const auto bare = nextDelimiter(body_, dashes_, "\n", 0);
        if (!standard && !bare) refuseForm("its boundary is not in it");
        if (!standard || (bare && bare->end < standard->end)) lineEnd_ = "\n";
        current_ = standard && lineEnd_.size() == 2 ? *standard : *bare;
    }

    std::string_view lineEnd() const { return lineEnd_; }
    bool isOver() const { return current_.isLast; }
    std::string_view nextPart() {
        auto next = nextDelimiter(body_, dashes_, lineEnd_, current_.end);
        if (!next) next = lastDelimiter(body_, dashes_, lineEnd_, current_.end);
        if (!next || next->begin < current_.end) refuseForm("it is cut, or has a part without a header");
        const std::string_view part = body_.substr(current_.end, next->begin - current_.end);
        current_ = *next;
        return part;
    }

private:
    const std::string_view body_;
    const std::string dashes_;
    std::string_view lineEnd_ = "\r\n";
    Delimiter current_{};
};

// RFC 2231 writes a name that is not ASCII as filename*=UTF-8''%E5%BD%95.wav, and older Python clients do.
std::optional<std::string> parameterOf(const Poco::Net::NameValueCollection& parameters, const std::string& name) {
    if (parameters.has(name)) return parameters[name];
    if (!parameters.has(name + "*")) return std::nullopt;
    const std::string& extended = parameters[name + "*"];
    const auto language = extended.find('\'');
    const auto text = language == std::string::npos ? language : extended.find('\'', language + 1);
    if (text == std::string::npos) return extended;
    std::string decoded;
    Poco::URI::decode(extended.substr(text + 1), decoded);
    return decoded;
}

FormPart partOf(std::string_view text, std::string_view lineEnd) {
    const std::string emptyLine = std::string(lineEnd) + std::string(lineEnd);
    const auto blank = text.find(emptyLine);
    if (blank == std::string_view::npos || blank > kLongestHead) refuseForm("a part has no end of its header");
    const auto content = blank + emptyLine.size();
    Poco::Net::MessageHeader head;
    std::string disposition;
    Poco::Net::NameValueCollection parameters;
    try {
        Poco::MemoryInputStream stream(text.data(), std::streamsize(content));
        head.read(stream);
        Poco::Net::MessageHeader::splitParameters(head.get("Content-Disposition", ""), disposition, parameters);
        return {parameterOf(parameters, "name").value_or(""), text.substr(content),
                parameterOf(parameters, "filename")};
    } catch (const Poco::Exception&) {
        refuseForm("the header of a part cannot be read");
    }
}

}  // namespace

bool isMultipart(const std::string& contentType) {
    return Poco::toLower(contentType.substr(0, contentType.find(';'))).find("multipart/") == 0;
}

std::vector<FormPart> formPartsOf(std::string_view body, const std::string& contentType) {
    std::vector<FormPart> parts;
    Delimiters delimiters(body, contentType);
    while (!delimiters.isOver()) {
        if (parts.size() == std::size_t(kMostParts))
            refuseForm("it has more than " + std::to_string(kMostParts) + " parts");
        parts.push_back(partOf(delimiters.nextPart(), delimiters.lineEnd()));
    }
    return parts;
}

Upload filePartOf(std::string_view body, const std::string& contentType) {
    std::optional<Upload> unnamed;
    Delimiters delimiters(body, contentType);
    for (int parts = 0; !delimiters.isOver(); ++parts) {
        if (parts == kMostParts) refuseForm("it has more than " + std::to_string(kMostParts) + " parts");
        const FormPart part = partOf(delimiters.nextPart(), delimiters.lineEnd());
        if (part.name != "file") continue;
        if (part.fileName) return {part.bytes, *part.fileName};
        if (!unnamed) unnamed = Upload{part.bytes, {}};
    }
    return unnamed.value_or(Upload{});
}

}  // namespace aiproject
