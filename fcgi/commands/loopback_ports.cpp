#include "commands/loopback_ports.h"

#include "base/file_descriptor.h"
#include "base/utf8.h"
#include "commands/command_line.h"
#include "commands/models_answer.h"

#include <Poco/NumberParser.h>
#include <Poco/StringTokenizer.h>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace aiproject {
namespace {

constexpr const char* kUsualPorts = "11434,8080,8000,1234";  // Ollama, llama.cpp, vLLM, LM Studio
constexpr const char* kTimeVariable = "AIPROJECT_DISCOVER_MS";
constexpr unsigned kUsualTime = 300, kLongestTime = 60'000;
constexpr std::size_t kMostPorts = 64;

using Clock = std::chrono::steady_clock;

class AskedPort {
public:
    explicit AskedPort(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        answer_.port = port;
        unsent_ = "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                  "\r\nAccept: application/json\r\nConnection: close\r\n\r\n";
        if (!socket_) throw std::system_error(errno, std::generic_category(), "no socket to ask a port with");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
        if (::connect(socket_.get(), generic, sizeof address) != 0 && errno != EINPROGRESS) isDone_ = true;
    }

    bool isDone() const { return isDone_; }
    pollfd wanted() const { return {socket_.get(), short(unsent_.empty() ? POLLIN : POLLOUT), 0}; }
    void goOn() {
        if (unsent_.empty())
            receive();
        else
            send();
    }
    PortAnswer take() { return std::move(answer_); }

private:
    static bool isLater() { return errno == EAGAIN || errno == EINTR; }

    void send() {  // the first time: or learns that nobody is there
        const ssize_t count = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (count < 0) {
            isDone_ = !isLater();
            return;
        }
        answer_.isTaken = true;
        unsent_.erase(0, std::size_t(count));
    }
    void receive() {
        char part[16 * 1024];
        const std::size_t room = std::min(sizeof part, kLongestModelsAnswer - answer_.bytes.size());
        const ssize_t count = ::recv(socket_.get(), part, room, 0);
        if (count < 0) {
            isDone_ = !isLater();
            return;
        }
        answer_.hasEnded = count == 0;
        answer_.bytes.append(part, std::size_t(count));
        // Who keeps the connection in spite of "Connection: close" is not waited for.
        isDone_ = answer_.hasEnded || answer_.bytes.size() == kLongestModelsAnswer || isWhole(answer_);
    }

    FileDescriptor socket_;
    std::string unsent_;
    PortAnswer answer_;
    bool isDone_ = false;
};

}  // namespace

std::string portList() {
    const char* const given = std::getenv(kPortsVariable);
    return given ? given : kUsualPorts;
}

std::vector<std::uint16_t> portsToAsk() {
    using Poco::StringTokenizer;
    const StringTokenizer words(portList(), ",", StringTokenizer::TOK_TRIM | StringTokenizer::TOK_IGNORE_EMPTY);
    std::vector<std::uint16_t> ports;
    for (const std::string& word : words) {
        unsigned port = 0;
        if (!Poco::NumberParser::tryParseUnsigned(word, port) || port == 0 || port > 65'535)
            throw NotUnderstood(std::string(kPortsVariable) + ": '" + printable(word) +
                                "' is not a port; write numbers with commas between them, as " + kUsualPorts);
        if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(std::uint16_t(port));
    }
    if (ports.size() > kMostPorts)
        throw NotUnderstood(std::string(kPortsVariable) + ": has more than " + std::to_string(kMostPorts) + " ports");
    return ports;
}

std::chrono::milliseconds timeToAsk() {
    const char* const given = std::getenv(kTimeVariable);
    unsigned time = kUsualTime;
    if (given && (!Poco::NumberParser::tryParseUnsigned(given, time) || time == 0 || time > kLongestTime))
        throw NotUnderstood(std::string(kTimeVariable) + ": '" + printable(given) +
                            "' is not a whole number from 1 to " + std::to_string(kLongestTime));
    return std::chrono::milliseconds(time);
}

std::vector<PortAnswer> askForModels(const std::vector<std::uint16_t>& ports, std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    std::vector<AskedPort> all;
    all.reserve(ports.size());
    for (const std::uint16_t port : ports) all.emplace_back(port);
    while (true) {
        std::vector<AskedPort*> open;
        std::vector<pollfd> waiting;
        for (AskedPort& one : all) {
            if (one.isDone()) continue;
            open.push_back(&one);
            waiting.push_back(one.wanted());
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (open.empty() || left.count() <= 0) break;
        if (::poll(waiting.data(), waiting.size(), int(left.count())) < 0) continue;  // a signal
        for (std::size_t i = 0; i < open.size(); ++i)
            if (waiting[i].revents != 0) open[i]->goOn();
    }
    std::vector<PortAnswer> answers;
    answers.reserve(all.size());
    for (AskedPort& one : all) answers.push_back(one.take());
    return answers;
}

}  // namespace aiproject
