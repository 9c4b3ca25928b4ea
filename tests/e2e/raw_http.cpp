#include "e2e/raw_http.h"

#include "support/eventually.h"

#include <Poco/Net/NetException.h>
#include <Poco/NumberParser.h>
#include <Poco/Timespan.h>

#include <array>

namespace aiproject::test {
namespace {

// Sends what the server takes: one that has refused the request closes before its end.
void sendWhatFits(Poco::Net::StreamSocket& socket, const std::string& bytes) {
    try {
        for (std::size_t sent = 0; sent < bytes.size();)
            sent += socket.sendBytes(bytes.data() + sent, int(bytes.size() - sent));
    } catch (const Poco::Net::NetException&) {
        return;
    } catch (const Poco::IOException&) {  // EPIPE
        return;
    }
}

// A server that refused a body waits for the client to close; so the length says when to.
bool isWhole(const RawAnswer& answer) {
    std::uint64_t length = 0;
    return Poco::NumberParser::tryParseUnsigned64(answer.header("Content-Length"), length) &&
           answer.body.size() >= length;
}

}  // namespace

RawAnswer rawAnswerOf(const std::string& bytes) {
    RawAnswer answer;
    const auto end = bytes.find("\r\n\r\n");
    answer.head = bytes.substr(0, end);
    if (end != std::string::npos) answer.body = bytes.substr(end + 4);
    const auto space = answer.head.find(' ');
    if (space != std::string::npos) Poco::NumberParser::tryParse(answer.head.substr(space + 1, 3), answer.status);
    return answer;
}

std::string RawAnswer::header(const std::string& name) const {
    const std::string start = "\r\n" + name + ": ";
    const auto at = head.find(start);
    if (at == std::string::npos) return {};
    const auto from = at + start.size();
    return head.substr(from, head.find("\r\n", from) - from);
}

RawClient::RawClient(std::uint16_t port) : RawClient(Poco::Net::SocketAddress("127.0.0.1", port)) {}

RawClient::RawClient(const Poco::Net::SocketAddress& address) : socket_(address) {
    socket_.setReceiveTimeout(Poco::Timespan(kPatience.count(), 0));
}

void RawClient::send(const std::string& bytes) { sendWhatFits(socket_, bytes); }

std::string RawClient::piece() {
    std::array<char, 4096> piece{};
    try {
        const int got = socket_.receiveBytes(piece.data(), int(piece.size()));
        return {piece.data(), std::size_t(got)};
    } catch (const Poco::Net::ConnectionResetException&) {
        return {};  // closed while our bytes were still on the way; what came before counts
    }
}

RawAnswer RawClient::answer() {
    std::string all;
    for (std::string more = piece(); !more.empty(); more = piece()) {
        all += more;
        if (isWhole(rawAnswerOf(all))) break;
    }
    return rawAnswerOf(all);
}

RawAnswer askRaw(std::uint16_t port, const std::string& request) {
    RawClient client(port);
    client.send(request);
    return client.answer();
}

}  // namespace aiproject::test
