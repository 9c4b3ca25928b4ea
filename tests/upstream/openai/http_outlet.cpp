#include "upstream/openai/http_outlet.h"

#include "upstream/json_text.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DeflatingStream.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/NumberFormatter.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <sstream>

namespace aiproject::upstream::openai {

namespace {

using std::chrono::hours;

constexpr int kComments = 200;
constexpr std::uint64_t kHugeBytes = 64ULL * 1024 * 1024;
constexpr std::size_t kPieceBytes = 64UL * 1024;

// One gzip member; several of them in a row are gzip too.
std::string gzip(std::string_view bytes) {
    std::ostringstream out;
    Poco::DeflatingOutputStream deflater(out, Poco::DeflatingStreamBuf::STREAM_GZIP);
    deflater.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    deflater.close();
    return out.str();
}

bool cuts(const Fault& fault) { return fault.kind == FaultKind::cutAtByte || fault.kind == FaultKind::endAtByte; }

}  // namespace

std::string errorBodyOf(const Fault& fault) {
    const auto code = fault.code != 0 ? Poco::Dynamic::Var(fault.code) : Poco::Dynamic::Var();
    return textOf(members({{"error", members({{"message", fault.text.empty() ? "simulated fault" : fault.text},
                                              {"type", "server_error"},
                                              {"param", Poco::Dynamic::Var()},
                                              {"code", code}})}}));
}

void HttpOutlet::writeHead(int status, const std::string& type, const std::string& lengthLine) {
    const auto reason = Poco::Net::HTTPResponse::getReasonForStatus(Poco::Net::HTTPResponse::HTTPStatus(status));
    std::string head = "HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\nDate: " +
                       Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT) +
                       "\r\nContent-Type: " + type + "\r\nx-request-id: " + parts_.id + "\r\n" + lengthLine + "\r\n";
    if (isGzipped()) head += "Content-Encoding: gzip\r\n";
    if (!fault_.header.empty()) head += fault_.header + "\r\n";
    parts_.wire.write(head + "\r\n");
}

void HttpOutlet::refuse(int status, const std::string& type, const std::string& body) {
    writeHead(status, type, "Content-Length: " + std::to_string(body.size()));
    parts_.wire.write(body);
}

void HttpOutlet::beforeHead() {
    if (fault_.kind == FaultKind::late) parts_.wire.rest(fault_.pause);
    if (fault_.kind != FaultKind::dropBeforeFrame) return;
    parts_.wire.rest(fault_.pause);
    throw ConversationOver{};
}

void HttpOutlet::say(const std::string& type, std::string body) {
    beforeHead();
    switch (fault_.kind) {
        case FaultKind::errorFrame:
        case FaultKind::errorMidAnswer: body = parts_.errorBody(fault_); break;
        case FaultKind::malformedJson:
            body = fault_.text.empty() ? body.substr(0, body.size() / 2) : fault_.text;
            break;
        case FaultKind::notJsonObject: body = fault_.text.empty() ? R"(["not an object"])" : fault_.text; break;
        case FaultKind::pingFlood: body.insert(0, kComments, '\n'); break;
        default: break;
    }
    writeWhole(type, isGzipped() ? gzip(body) : body);
}

void HttpOutlet::writeWhole(const std::string& type, std::string body) {
    const bool endsEarly = fault_.kind == FaultKind::endAtByte || fault_.kind == FaultKind::closeMidAnswer;
    const auto half = body.size() / 2;
    const auto end = fault_.kind == FaultKind::endAtByte ? static_cast<std::size_t>(fault_.code) : half;
    if (endsEarly) body.resize(std::min(body.size(), end));
    if (fault_.kind == FaultKind::hugeFrame) body.insert(0, fault_.code > 0 ? fault_.code : kHugeBytes, ' ');
    writeHead(200, type, "Content-Length: " + std::to_string(body.size()));
    if (fault_.kind == FaultKind::hangBeforeFrame) hang();
    count(1, false);
    const std::string_view bytes = body;
    if (fault_.kind == FaultKind::hangMidAnswer || fault_.kind == FaultKind::dropMidAnswer) {
        write(bytes.substr(0, half));
        if (fault_.kind == FaultKind::hangMidAnswer) hang();
        throw ConversationOver{};
    }
    if (fault_.kind == FaultKind::slow) parts_.wire.rest(fault_.pause);
    count(1, !endsEarly);
    write(bytes);
}

void HttpOutlet::begin(std::vector<std::string> empties) {
    beforeHead();
    isStream_ = true;
    empties_ = std::move(empties);
    writeHead(200, "text/event-stream; charset=utf-8", "Transfer-Encoding: chunked\r\nCache-Control: no-cache");
}

void HttpOutlet::chunk(bool isLast, const std::string& json) {
    // Leaves early when the client has left.
    parts_.wire.rest(sent_ > 0 ? parts_.frameGap : std::chrono::milliseconds::zero());
    disturb(isLast);
    std::string data = json;
    if (sent_ == 0 && fault_.kind == FaultKind::malformedJson)
        data = fault_.text.empty() ? json.substr(0, json.size() / 2) : fault_.text;
    if (sent_ == 0 && fault_.kind == FaultKind::notJsonObject)
        data = fault_.text.empty() ? R"(["not an object"])" : fault_.text;
    // Counted first, so that a client that has read the chunk finds it counted.
    count(sent_ + 1, false);
    event(data);
    ++sent_;
}

void HttpOutlet::disturb(bool isLast) {
    const bool isMid = sent_ == 2 || isLast;
    switch (fault_.kind) {
        case FaultKind::hangBeforeFrame: hang();
        case FaultKind::hangMidAnswer:
            if (isMid) hang();
            break;
        case FaultKind::dropMidAnswer:
            if (isMid) throw ConversationOver{};
            break;
        case FaultKind::closeMidAnswer:
            if (isMid) end();
            break;
        case FaultKind::errorFrame: breakOff();
        case FaultKind::errorMidAnswer:
            if (isMid) breakOff();
            break;
        case FaultKind::pingFlood:
            for (int i = 0; i < kComments; ++i) write(": keep-alive\n\n");
            break;
        case FaultKind::emptyFrames:
            for (const auto& empty : empties_) event(empty);
            break;
        case FaultKind::hugeFrame: endlessLine();
        case FaultKind::slow: parts_.wire.rest(fault_.pause); break;
        default: break;
    }
}

void HttpOutlet::event(std::string_view data) {
    const bool isLoose = fault_.kind == FaultKind::looseLines;
    std::string text = isLoose ? "data:" : "data: ";
    text.append(data).append(isLoose ? "\r\n\r\n" : "\n\n");
    write(isGzipped() ? gzip(text) : text);
}

void HttpOutlet::finish(const std::string& lastData) {
    count(sent_, true);
    if (!lastData.empty()) event(lastData);
    endBody();
}

void HttpOutlet::endBody() {
    if (isStream_) parts_.wire.write("0\r\n\r\n");
}

void HttpOutlet::breakOff() {
    event(parts_.errorBody(fault_));
    end();
}

void HttpOutlet::end() {
    endBody();
    throw AnswerOver{};
}

void HttpOutlet::hang() {
    parts_.wire.rest(hours(24));
    throw ConversationOver{};
}

void HttpOutlet::endlessLine() {
    write(R"(data: {"id":")");
    const std::string piece(kPieceBytes, 'x');
    const auto wanted = fault_.code > 0 ? static_cast<std::uint64_t>(fault_.code) : kHugeBytes;
    for (std::uint64_t said = 0; said < wanted; said += kPieceBytes) write(piece);
    end();
}

void HttpOutlet::count(int frames, bool answered) {
    parts_.record.update([&](Call& call) {
        call.framesSent = frames;
        call.answered = answered;
    });
}

void HttpOutlet::write(std::string_view bytes) {
    const auto limit = static_cast<std::uint64_t>(fault_.code);
    if (cuts(fault_) && bodyBytes_ + bytes.size() > limit) {
        count(sent_, false);
        writeChunk(bytes.substr(0, limit - bodyBytes_));
        if (fault_.kind == FaultKind::endAtByte) end();
        throw ConversationOver{};
    }
    bodyBytes_ += bytes.size();
    if (fault_.kind == FaultKind::dripping) {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            parts_.wire.rest(fault_.pause);
            writeChunk(bytes.substr(i, 1));
        }
    } else if (fault_.kind == FaultKind::fragmented) {
        const auto third = bytes.size() / 3;
        for (const auto& part : {bytes.substr(0, third), bytes.substr(third, third), bytes.substr(2 * third)})
            writeChunk(part);
    } else {
        writeChunk(bytes);
    }
}

void HttpOutlet::writeChunk(std::string_view bytes) {
    if (bytes.empty()) return;  // an empty one would be the end
    if (!isStream_) return parts_.wire.write(bytes);
    std::string chunk = Poco::NumberFormatter::formatHex(static_cast<Poco::UInt64>(bytes.size()));
    chunk.append("\r\n").append(bytes).append("\r\n");
    parts_.wire.write(chunk);
}

}  // namespace aiproject::upstream::openai
