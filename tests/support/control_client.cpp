#include "support/control_client.h"

#include "support/eventually.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace aiproject::test {
namespace {

// A packet is a line: "data TEXT", a part of the answer, and "end CODE" after the last one.
class ControlClient {
public:
    explicit ControlClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
        const std::string reason = std::strerror(errno);
        ::close(socket_);
        throw NotYet("no manager answers at " + path + ": " + reason);
    }
    ~ControlClient() { ::close(socket_); }
    ControlClient(const ControlClient&) = delete;
    ControlClient& operator=(const ControlClient&) = delete;

    std::string ask(const std::string& command) {
        const timeval limit{kPatience.count(), 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::send(socket_, command.data(), command.size(), MSG_NOSIGNAL);  // when this fails, so does what follows
        std::string answer;
        for (std::string packet = receive(); packet != "end 0"; packet = receive()) {
            const std::string data = "data ";
            if (packet.compare(0, data.size(), data) != 0)
                throw NotYet("the manager answers " + command + ": " + packet);
            answer += packet.substr(data.size());
        }
        char nothing = 0;  // until the manager has closed: who counts its descriptors next shall not meet this one
        if (::recv(socket_, &nothing, 1, 0) != 0) throw NotYet("the manager keeps the connection open");
        return answer;
    }

private:
    std::string receive() const {
        std::string packet(256UL * 1024, 0);
        const ssize_t got = ::recv(socket_, packet.data(), packet.size(), 0);
        if (got <= 0) throw NotYet("the manager does not answer to the end");
        packet.resize(std::size_t(got));
        return packet;
    }

    const int socket_;
};

}  // namespace

std::string askForStatus(const std::string& socketPath) { return ControlClient(socketPath).ask("status"); }

}  // namespace aiproject::test
