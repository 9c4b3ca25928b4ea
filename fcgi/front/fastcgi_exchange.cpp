#include "front/fastcgi_exchange.h"

#include "base/error.h"
#include "front/request_parameters.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/NumberParser.h>

#include <fastcgi.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kMostParameterBytes = 64UL * 1024;  // nginx takes headers of 32 KiB
constexpr std::size_t kPieceBytes = 1024;                 // on the stack of every stream, where a touched page stays

void setTimeouts(int connection, std::chrono::milliseconds timeout) {
    const timeval value{timeout.count() / 1000, (timeout.count() % 1000) * 1000};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

std::string headText(const ResponseHead& head) {
    constexpr std::size_t most = 512;  // of nearly all
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(head.status);
    std::string text;
    text.reserve(most);
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    text.append("Status: ").append(std::to_string(head.status)).append(" ");
    text.append(Poco::Net::HTTPResponse::getReasonForStatus(status)).append("\r\n");
    add("Access-Control-Allow-Origin", "*");  // the original answers any origin on every path
    if (!head.contentType.empty()) add("Content-Type", head.contentType);
    for (const auto& [name, value] : head.headers) add(name, value);
    return text.append("\r\n");
}

}  // namespace

FastcgiExchange::FastcgiExchange(FileDescriptor connection, ReceiveWatch* watch) : connection_(std::move(connection)) {
    if (watch) receiving_.emplace(*watch, connection_.get());
    input_ = FastcgiInput::accept(connection_.get());
    if (!input_) return;
    output_.emplace(connection_.get(), input_->request());
    request_ = requestOf(input_->parameters());
}

std::unique_ptr<FastcgiExchange> FastcgiExchange::receive(FileDescriptor connection, std::chrono::milliseconds timeout,
                                                          ReceiveWatch& watch) {
    setTimeouts(connection.get(), timeout);
    std::unique_ptr<FastcgiExchange> exchange(new FastcgiExchange(std::move(connection), &watch));
    if (exchange->output_) return exchange;
    if (exchange->receiving_->isOver()) throw std::runtime_error("it did not come within timeout.receive_ms");
    return nullptr;
}

std::unique_ptr<FastcgiExchange> FastcgiExchange::receiveAtOnce(FileDescriptor connection) {
    fcntl(connection.get(), F_SETFL, fcntl(connection.get(), F_GETFL) | O_NONBLOCK);
    std::unique_ptr<FastcgiExchange> exchange(new FastcgiExchange(std::move(connection), nullptr));
    return exchange->output_ ? std::move(exchange) : nullptr;
}

bool FastcgiExchange::hasCome(int connection) noexcept {
    std::array<unsigned char, kMostParameterBytes> bytes;
    const ssize_t got = recv(connection, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0) return errno != EAGAIN && errno != EINTR;
    if (got == 0 || std::size_t(got) == bytes.size()) return true;
    for (std::size_t at = 0; at + sizeof(FCGI_Header) <= std::size_t(got);) {
        const unsigned char* const header = &bytes[at];
        const std::size_t content = std::size_t(header[4]) << 8 | header[5];
        if (header[0] != FCGI_VERSION_1 || (header[1] == FCGI_PARAMS && content == 0)) return true;
        at += sizeof(FCGI_Header) + content + header[6];
    }
    return false;
}

FastcgiExchange::~FastcgiExchange() {
    if (!output_) return;
    end();
    output_->sendUnsent();
}

std::string FastcgiExchange::readBody(std::uint64_t limit) {
    Poco::UInt64 announced = 0;
    const char* length = parameterIn(input_->parameters(), "CONTENT_LENGTH");
    const bool isAnnounced = length && Poco::NumberParser::tryParseUnsigned64(length, announced);
    if (announced > limit)
        throw refusal(ErrorKind::bodyTooLarge, "the body is larger than " + std::to_string(limit) + " bytes");

    std::string body;
    body.reserve(announced);
    std::array<char, kPieceBytes> piece;
    while (const std::size_t got = input_->read(piece.data(), piece.size())) {
        if (body.size() + got > limit)
            throw refusal(ErrorKind::bodyTooLarge, "the body is larger than " + std::to_string(limit) + " bytes");
        body.append(piece.data(), got);
    }
    if (receiving_ && receiving_->isOver())
        throw Error(ErrorKind::badRequest, "the body did not come within timeout.receive_ms",
                    "the body did not arrive in time");
    if (input_->hasFailed() || (isAnnounced && body.size() != announced))
        throw refusal(ErrorKind::badRequest, "the body was cut");
    endReceiving();
    return body;
}

void FastcgiExchange::endReceiving() {
    // nginx stops sending the body once it has our header, and who answers before all of it was read would lose the
    // tail of a large answer.
    if (input_) input_->drain();
    input_.reset();
    receiving_.reset();
}

void FastcgiExchange::end() {
    endReceiving();
    output_->end();
}

void FastcgiExchange::neverWait() {
    endReceiving();
    output_->neverWait();
}

void FastcgiExchange::start(const ResponseHead& head) {
    started_ = true;
    endReceiving();
    output_->hold(headText(head));
}

}  // namespace aiproject
