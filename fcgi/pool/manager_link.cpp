#include "pool/manager_link.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace aiproject {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStatusTime{10};
constexpr timeval kConnectLimit{10, 0};  // connect() waits while the manager's backlog is full
constexpr const char* kLate = "the manager does not answer; is it stopped, or the system overloaded?";

}  // namespace

std::string controlPath(const std::string& runDir) { return runDir + "/manager.sock"; }

ManagerLink::ManagerLink(const std::string& runDir) : socket_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    const std::string path = controlPath(runDir);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &kConnectLimit, sizeof kConnectLimit);
    if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    if (errno == EAGAIN) throw Late(kLate);
    const std::string reason = std::strerror(errno);
    throw std::runtime_error("no manager answers at " + path + " (" + reason +
                             "); is aiproject serve running with this configuration, and may you talk to it?");
}

// Nothing: the manager has ended, or errno is EAGAIN.
std::string ManagerLink::receive(std::chrono::milliseconds limit) {
    const timeval time{limit.count() / 1000, limit.count() % 1000 * 1000};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    std::string packet(256UL * 1024, 0);
    errno = 0;
    const ssize_t got = recv(socket_.get(), packet.data(), packet.size(), 0);
    packet.resize(std::size_t(std::max<ssize_t>(0, got)));
    return packet;
}

int ManagerLink::ask(const std::string& command, const Take& take, std::chrono::milliseconds limit) {
    const auto end = Clock::now() + limit;
    if (send(socket_.get(), command.data(), command.size(), MSG_NOSIGNAL) < 0) {
        if (errno == EAGAIN) throw Late(kLate);
        throw std::runtime_error(std::string("the manager has hung up: ") + std::strerror(errno));
    }
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
        const std::string packet = receive(
            limit.count() == 0 ? limit : std::max<std::chrono::milliseconds>(left, std::chrono::milliseconds(1)));
        if (packet.empty() && errno == EAGAIN) throw Late(kLate);
        if (packet.empty()) throw std::runtime_error("the manager has ended before it answered");
        const auto space = std::min(packet.find(' '), packet.size() - 1);
        const std::string kind = packet.substr(0, space), text = packet.substr(space + 1);
        if (kind == "end") return text == "0" ? EXIT_SUCCESS : EXIT_FAILURE;
        take(kind, text);
    }
}

std::string ManagerLink::status() {
    std::string json;
    const auto collect = [&](const std::string& kind, const std::string& text) {
        if (kind != "data") throw std::runtime_error(text);
        json += text;
    };
    if (ask("status", collect, kStatusTime) != EXIT_SUCCESS)
        throw std::runtime_error("the manager cannot make its status");
    return json;
}

}  // namespace aiproject
