#include "manager/control_server.h"

#include "pool/manager_link.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace aiproject {
namespace {

constexpr int kBacklog = 16;
constexpr std::size_t kMostClients = 64;
constexpr timeval kSendLimit{1, 0};  // for a client that does not read

}  // namespace

ControlServer::ControlServer(const std::string& runDir)
    : socket_({controlPath(runDir), SOCK_SEQPACKET | SOCK_NONBLOCK, 0600}, kBacklog) {}

ControlServer::ControlServer(const HandedSocket& handed) : socket_(handed) {}

int ControlServer::add(Handle client) { return add(FileDescriptor(client.number)); }

int ControlServer::add(FileDescriptor client) {
    clients_.emplace(++lastClient_, std::move(client));
    return lastClient_;
}

std::vector<Handle> ControlServer::handDown(const std::vector<int>& clients) const {
    std::vector<Handle> handles;
    for (const int client : clients)
        if (const auto found = clients_.find(client); found != clients_.end()) handles.push_back({found->second.get()});
    return handles;
}

std::vector<Handle> ControlServer::handDownOthers(const std::vector<int>& clients) const {
    std::vector<Handle> handles;
    for (const auto& [number, client] : clients_)
        if (std::find(clients.begin(), clients.end(), number) == clients.end()) handles.push_back({client.get()});
    return handles;
}

std::vector<int> ControlServer::descriptors() const {
    std::vector<int> all{socket_.descriptor()};
    for (const auto& client : clients_) all.push_back(client.second.get());
    return all;
}

void ControlServer::acceptAll() {
    for (;;) {
        FileDescriptor client(accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) return;
        if (clients_.size() >= kMostClients) continue;
        setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendLimit, sizeof kSendLimit);
        add(std::move(client));
    }
}

std::vector<ControlRequest> ControlServer::take() {
    acceptAll();
    std::vector<ControlRequest> requests;
    for (auto at = clients_.begin(); at != clients_.end();) {
        std::array<char, 256> packet;
        const ssize_t got = recv(at->second.get(), packet.data(), packet.size(), MSG_DONTWAIT);
        if (got > 0) requests.push_back({at->first, std::string(packet.data(), got)});
        const bool hasLeft = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
        at = hasLeft ? clients_.erase(at) : std::next(at);
    }
    return requests;
}

void ControlServer::answer(int client, const std::string& packet) {
    const auto found = clients_.find(client);
    if (found == clients_.end()) return;
    if (send(found->second.get(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) clients_.erase(found);
}

void ControlServer::end(int client, int code) {
    answer(client, "end " + std::to_string(code));
    clients_.erase(client);
}

}  // namespace aiproject
