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
    const auto status = static_cast<Poco::Net::HTTPResponse::HTTPStatus>(head.status);
    std::string text = "Status: " + std::to_string(head.status) + " " +
                       Poco::Net::HTTPResponse::getReasonForStatus(status) + "\r\n" +
                       // The original answers any origin on every path.
                       "Access-Control-Allow-Origin: *\r\n";
    if (!head.contentType.empty()) text += "Content-Type: " + head.contentType + "\r\n";
    for (const auto& header : head.headers) text += header.first + ": " + header.second + "\r\n";
    return text + "\r\n";
}

}  // namespace

std::unique_ptr<FastcgiExchange> FastcgiExchange::receive(FileDescriptor connection, std::chrono::milliseconds timeout,
                                                          ReceiveWatch& watch) {
    setTimeouts(connection.get(), timeout);
    std::unique_ptr<FastcgiExchange> exchange(new FastcgiExchange);
    // On a number of its own: a libfcgi that gives up closes the other one.
    exchange->watched_ = FileDescriptor(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
    exchange->receiving_.emplace(watch, exchange->watched_.get());
    const bool isRequest = exchange->accept(std::move(connection));
    if (!isRequest && exchange->receiving_->isOver())
        throw std::runtime_error("it did not come within timeout.receive_ms");
    if (!isRequest) return nullptr;
    exchange->request_ = requestOf(exchange->raw_.envp);
    return exchange;
}

std::unique_ptr<FastcgiExchange> FastcgiExchange::receiveAtOnce(FileDescriptor connection) {
    fcntl(connection.get(), F_SETFL, fcntl(connection.get(), F_GETFL) | O_NONBLOCK);
    std::unique_ptr<FastcgiExchange> exchange(new FastcgiExchange);
    if (!exchange->accept(std::move(connection))) return nullptr;
    exchange->request_ = requestOf(exchange->raw_.envp);
    return exchange;
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

bool FastcgiExchange::accept(FileDescriptor connection) {
    FCGX_InitRequest(&raw_, -1, 0);
    raw_.ipcFd = connection.release();
    raw_.keepConnection = 1;  // or Accept_r would finish and close the connection first
    FCGX_Detach(&raw_);       // or a broken request would linger in here
    return FCGX_Accept_r(&raw_) >= 0;
}

FastcgiExchange::~FastcgiExchange() {
    if (raw_.ipcFd >= 0) {
        if (!started_) drainBody();
        FCGX_Finish_r(&raw_);
    }
    FCGX_Free(&raw_, 1);
}

std::string FastcgiExchange::readBody(std::uint64_t limit) {
    Poco::UInt64 announced = 0;
    const char* length = parameterIn(raw_.envp, "CONTENT_LENGTH");
    const bool isAnnounced = length && Poco::NumberParser::tryParseUnsigned64(length, announced);
    if (announced > limit)
        throw refusal(ErrorKind::bodyTooLarge, "the body is larger than " + std::to_string(limit) + " bytes");

    std::string body;
    body.reserve(announced);
    std::array<char, kPieceBytes> piece;
    while (const int got = FCGX_GetStr(piece.data(), int(piece.size()), raw_.in)) {
        if (body.size() + got > limit)
            throw refusal(ErrorKind::bodyTooLarge, "the body is larger than " + std::to_string(limit) + " bytes");
        body.append(piece.data(), got);
    }
    if (receiving_ && receiving_->isOver())
        throw Error(ErrorKind::badRequest, "the body did not come within timeout.receive_ms",
                    "the body did not arrive in time");
    if (FCGX_GetError(raw_.in) != 0 || (isAnnounced && body.size() != announced))
        throw refusal(ErrorKind::badRequest, "the body was cut");
    endReceiving();
    return body;
}

void FastcgiExchange::endReceiving() {
    receiving_.reset();
    watched_ = {};
}

void FastcgiExchange::drainBody() {
    if (FCGX_HasSeenEOF(raw_.in)) return;
    constexpr std::uint64_t most = 64ULL * 1024 * 1024;  // nginx's own limits are far lower
    std::array<char, kPieceBytes> piece;
    for (std::uint64_t total = 0; total < most;) {
        const int got = FCGX_GetStr(piece.data(), int(piece.size()), raw_.in);
        if (got <= 0) return;
        total += got;
    }
}

void FastcgiExchange::start(const ResponseHead& head) {
    started_ = true;
    // nginx stops sending the body once it has our header: who reads the rest after that waits in vain.
    drainBody();
    endReceiving();
    const std::string text = headText(head);
    FCGX_PutStr(text.data(), int(text.size()), raw_.out);  // write() flushes it and sees an error
}

bool FastcgiExchange::write(std::string_view bytes) {
    constexpr std::size_t most = 1UL << 30;  // libfcgi counts in int
    for (; bytes.size() > most; bytes.remove_prefix(most))
        if (FCGX_PutStr(bytes.data(), int(most), raw_.out) < 0) return false;
    const bool isTaken = FCGX_PutStr(bytes.data(), int(bytes.size()), raw_.out) >= 0;
    return isTaken && FCGX_FFlush(raw_.out) == 0 && FCGX_GetError(raw_.out) == 0;
}

}  // namespace aiproject
