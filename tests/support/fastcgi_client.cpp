#include "support/fastcgi_client.h"

#include "support/eventually.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject::test {
namespace {

constexpr unsigned char kVersion = 1;
enum RecordType : unsigned char { beginRequest = 1, endRequest = 3, params = 4, standardInput = 5, standardOutput = 6 };

std::string record(RecordType type, std::string_view content) {
    const char head[] = {
        char(kVersion), char(type), 0, 1, char(content.size() >> 8), char(content.size() & 0xff), 0, 0};
    return std::string(head, sizeof head).append(content);
}

// In records of at most 65,535 bytes, ended by an empty one.
std::string streamOf(RecordType type, std::string_view content) {
    std::string records;
    for (; !content.empty(); content.remove_prefix(std::min<std::size_t>(content.size(), 65'535)))
        records += record(type, content.substr(0, 65'535));
    return records + record(type, "");
}

std::string lengthOf(std::size_t size) {
    if (size < 128) return std::string(1, char(size));
    return {char((size >> 24) | 0x80), char(size >> 16), char(size >> 8), char(size)};
}

std::string parametersOf(const FastcgiRequest& request) {
    std::map<std::string, std::string> all{{"REQUEST_METHOD", request.method},
                                           {"DOCUMENT_URI", request.path},
                                           {"REQUEST_URI", request.path},
                                           {"REMOTE_ADDR", "192.0.2.1"},
                                           {"CONTENT_LENGTH", std::to_string(request.body.size())}};
    for (const auto& [name, value] : request.parameters) all[name] = value;
    std::string text;
    for (const auto& [name, value] : all) text += lengthOf(name.size()) + lengthOf(value.size()) + name + value;
    return text;
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

FastcgiAnswer parsed(const std::string& output) {
    FastcgiAnswer answer;
    const auto blank = output.find("\r\n\r\n");
    if (blank == std::string::npos) return answer;
    answer.body = output.substr(blank + 4);
    for (std::size_t at = 0; at < blank;) {
        const auto end = std::min(output.find("\r\n", at), blank);
        const auto colon = output.find(": ", at);
        answer.headers[lowered(output.substr(at, colon - at))] = output.substr(colon + 2, end - colon - 2);
        at = end + 2;
    }
    answer.status = answer.headers.count("status") ? std::stoi(answer.headers["status"]) : 200;
    return answer;
}

}  // namespace

FastcgiClient::FastcgiClient(const std::string& socketPath)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    // A worker that answers nothing fails the test, and does not hang it.
    const timeval limit{kPatience.count(), 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socketPath.copy(address.sun_path, sizeof address.sun_path - 1);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    const std::string reason = std::strerror(errno);
    close();
    throw std::runtime_error("cannot connect to " + socketPath + ": " + reason);
}

FastcgiClient::~FastcgiClient() { close(); }

void FastcgiClient::close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

std::string FastcgiClient::records(const FastcgiRequest& request) {
    constexpr std::string_view responder("\0\1\0\0\0\0\0\0", 8);
    return record(beginRequest, responder) + streamOf(params, parametersOf(request)) +
           streamOf(standardInput, request.body);
}

void FastcgiClient::send(const FastcgiRequest& request) { sendRaw(records(request)); }

void FastcgiClient::sendRaw(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
        bytes.remove_prefix(std::size_t(sent));
    }
}

bool FastcgiClient::readBytes(char* to, std::size_t size) const {
    while (size > 0) {
        const ssize_t got = ::recv(socket_, to, size, 0);
        if (got < 0 && errno == EINTR) continue;  // SIGCONT ends one that has a limit of time
        if (got < 0 && errno == EAGAIN)
            throw std::runtime_error("the worker said nothing for " + std::to_string(kPatience.count()) +
                                     " s after: " + output_);
        if (got <= 0) return false;
        to += got;
        size -= std::size_t(got);
    }
    return true;
}

bool FastcgiClient::readRecord() {
    std::array<unsigned char, 8> head{};
    if (!readBytes(reinterpret_cast<char*>(head.data()), head.size())) return false;
    if (head[0] != kVersion) isBroken_ = true;
    std::string content(std::size_t(head[4]) << 8 | head[5], '\0');
    std::string padding(head[6], '\0');
    if (!readBytes(content.data(), content.size()) || !readBytes(padding.data(), padding.size())) return false;
    if (head[1] == standardOutput) output_ += content;
    if (head[1] == endRequest) complete_ = true;
    return !complete_;
}

bool FastcgiClient::readUntil(std::string_view text) {
    while (output_.find(text) == std::string::npos)
        if (!readRecord()) return output_.find(text) != std::string::npos;
    return true;
}

FastcgiAnswer FastcgiClient::read() {
    while (readRecord()) {
    }
    FastcgiAnswer answer = parsed(output_);
    answer.complete = complete_;
    answer.broken = isBroken_;
    return answer;
}

FastcgiAnswer ask(const std::string& socketPath, const FastcgiRequest& request) {
    FastcgiClient client(socketPath);
    client.send(request);
    return client.read();
}

}  // namespace aiproject::test
