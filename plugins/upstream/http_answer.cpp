#include "upstream/http_answer.h"

#include "upstream/failure.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

namespace aiproject::outbound {
namespace {

// What a head says may be any bytes; what is kept of it goes to logs.
std::string printable(std::string text) {
    constexpr std::size_t longest = 256;
    if (text.size() > longest) text.resize(longest);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

[[noreturn]] void failAnswer(const std::string& reason) {
    throw CallFailure(ModelStatus::failed, "the upstream's HTTP answer " + printable(reason));
}

std::string typeOf(const std::string& contentType) {
    return Poco::toLower(Poco::trim(contentType.substr(0, contentType.find(';'))));
}

// "HTTP/1.1 200 OK". Not by Poco: a status that it does not know is no value of its enumeration.
int takeStatusLine(std::string_view line, Poco::Net::HTTPResponse& response) {
    constexpr std::size_t versionSize = 8, statusAt = 9, statusEnd = 12;
    const bool isHttp1 = line.substr(0, 7) == "HTTP/1." && line.size() >= statusEnd && line[versionSize] == ' ';
    int status = 0;
    const std::string_view digits = isHttp1 ? line.substr(statusAt, 3) : std::string_view();
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    if (fault != std::errc() || end != digits.data() + digits.size() || status < 100) failAnswer("is not HTTP/1.1");
    response.setVersion(std::string(line.substr(0, versionSize)));
    return status;
}

HttpHead headOf(int status, const Poco::Net::HTTPResponse& response) {
    HttpHead head;
    head.status = status;
    head.contentType = typeOf(response.get("Content-Type", ""));
    head.contentEncoding = printable(Poco::toLower(Poco::trim(response.get("Content-Encoding", ""))));
    if (head.contentEncoding == "identity") head.contentEncoding.clear();
    head.retryAfter = printable(response.get("Retry-After", ""));
    head.retryAfterMs = printable(response.get("retry-after-ms", ""));
    head.requestId = printable(response.get("x-request-id", response.get("x-ds-trace-id", "")));
    head.keepsAlive = response.getKeepAlive() && response.getVersion() == "HTTP/1.1";
    return head;
}

bool hasNoBody(int status) { return status == 204 || status == 304; }

}  // namespace

std::string_view HttpAnswer::take(std::string_view& bytes) {
    while (!bytes.empty() && state_ != State::whole) {
        if (state_ == State::counted || state_ == State::chunk || state_ == State::untilEnd) return takeBody(bytes);
        if (const auto line = takeLine(bytes)) takeLine(*line);
    }
    return {};
}

// Without its end, once that has come.
std::optional<std::string> HttpAnswer::takeLine(std::string_view& bytes) {
    const std::size_t end = bytes.find('\n');
    const std::size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
    lines_ += taken;
    if (lines_ > kMaxHeadBytes) failAnswer("has a head of more than 64 KiB");
    line_.append(bytes.substr(0, std::min(end, bytes.size())));
    bytes.remove_prefix(taken);
    if (end == std::string_view::npos) return std::nullopt;
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    std::string line;
    line.swap(line_);
    return line;
}

void HttpAnswer::takeLine(const std::string& line) {
    switch (state_) {
        case State::head:
            if (line.empty() && headText_.empty()) return;  // RFC 9112, 2.2: some come too many
            headText_.append(line).append("\r\n");
            if (line.empty()) takeHead();
            return;
        case State::chunkSize: return takeChunkSize(line);
        case State::chunkEnd:
            if (!line.empty()) failAnswer("has a chunk that is longer than it says");
            state_ = State::chunkSize;
            lines_ = 0;
            return;
        case State::trailer:
            if (line.empty()) state_ = State::whole;
            return;
        default: return;
    }
}

void HttpAnswer::takeHead() {
    const std::size_t lineEnd = headText_.find("\r\n");
    Poco::Net::HTTPResponse response;
    const int status = takeStatusLine(std::string_view(headText_).substr(0, lineEnd), response);
    std::istringstream fields(headText_.substr(lineEnd + 2));
    std::string().swap(headText_);  // its memory, too: a stream that waits needs none
    lines_ = 0;
    try {
        response.Poco::Net::MessageHeader::read(fields);
        HttpHead head = headOf(status, response);
        if (head.status == 101) failAnswer("changes the protocol, which was not asked for");
        if (head.status < 200) return;
        const bool isChunked = response.getChunkedTransferEncoding();
        const std::string encoding = response.getTransferEncoding();
        if (!isChunked && Poco::icompare(encoding, "identity") != 0)
            failAnswer("has a transfer encoding that was not asked for: " + encoding.substr(0, 64));
        const auto length = isChunked || !response.hasContentLength() ? -1 : response.getContentLength64();
        if (!isChunked && response.hasContentLength() && length < 0) failAnswer("has a negative length");
        left_ = length < 0 ? 0 : static_cast<std::uint64_t>(length);
        if (hasNoBody(head.status) || (length == 0 && !isChunked))
            state_ = State::whole;
        else if (isChunked)
            state_ = State::chunkSize;
        else
            state_ = length < 0 ? State::untilEnd : State::counted;
        head.keepsAlive = head.keepsAlive && state_ != State::untilEnd;
        head_ = std::move(head);
    } catch (const Poco::Exception& e) {
        failAnswer("has a head that cannot be read: " + e.displayText());
    }
}

void HttpAnswer::takeChunkSize(const std::string& line) {
    const char* const end = line.data() + line.size();
    const auto [behind, fault] = std::from_chars(line.data(), end, left_, 16);
    const bool isEnded = behind == end || *behind == ';' || *behind == ' ' || *behind == '\t';
    if (fault != std::errc() || !isEnded || left_ > std::numeric_limits<std::uint64_t>::max() / 2)
        failAnswer("has a chunk whose size cannot be read");
    lines_ = 0;
    state_ = left_ == 0 ? State::trailer : State::chunk;
}

std::string_view HttpAnswer::takeBody(std::string_view& bytes) {
    const bool isCounted = state_ != State::untilEnd;
    const std::string_view piece = isCounted ? bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size())) : bytes;
    bytes.remove_prefix(piece.size());
    if (!isCounted) return piece;
    left_ -= piece.size();
    if (left_ == 0) state_ = state_ == State::chunk ? State::chunkEnd : State::whole;
    return piece;
}

}  // namespace aiproject::outbound
