#include "commands/manager_link.h"

#include "manager/control_server.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {

ManagerLink::ManagerLink(const CommandLine& line) : socket_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    if (!line.config.file.empty() && access(line.config.file.c_str(), R_OK) != 0)
        throw std::runtime_error(line.config.file + ": cannot be read: " + std::strerror(errno));
    const std::string path = controlPath(loadConfig(line.config, ConfigUse::manager).runDir);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    const std::string reason = std::strerror(errno);
    throw std::runtime_error("no manager answers at " + path + " (" + reason +
                             "); is aiproject serve running with this configuration, and may you talk to it?");
}

std::string ManagerLink::receive() {
    std::string packet(256UL * 1024, 0);
    errno = 0;
    const ssize_t got = recv(socket_.get(), packet.data(), packet.size(), 0);
    packet.resize(std::size_t(std::max<ssize_t>(0, got)));
    return packet;
}

int ManagerLink::ask(const std::string& command,
                     const std::function<void(const std::string& kind, const std::string& text)>& take) {
    // What it knows it tells at once; a reload and the end take their time.
    const timeval limit{command == "status" ? 10 : 0, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (send(socket_.get(), command.data(), command.size(), MSG_NOSIGNAL) < 0)
        throw std::runtime_error(std::string("the manager has hung up: ") + std::strerror(errno));
    for (;;) {
        const std::string packet = receive();
        if (packet.empty() && errno == EAGAIN)
            throw std::runtime_error("the manager does not answer; is it stopped, or the system overloaded?");
        if (packet.empty()) throw std::runtime_error("the manager has ended before it answered");
        const auto space = std::min(packet.find(' '), packet.size() - 1);
        const std::string kind = packet.substr(0, space), text = packet.substr(space + 1);
        if (kind == "end") return text == "0" ? EXIT_SUCCESS : EXIT_FAILURE;
        take(kind, text);
    }
}

}  // namespace aiproject
