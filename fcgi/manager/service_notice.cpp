#include "manager/service_notice.h"

#include "base/file_descriptor.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>

namespace aiproject {
namespace {

constexpr const char* kNotifyVariable = "NOTIFY_SOCKET";

}  // namespace

ServiceNotice::ServiceNotice() {
    if (const char* const socket = std::getenv(kNotifyVariable)) socket_ = socket;
    unsetenv(kNotifyVariable);
}

void ServiceNotice::ready(const std::string& status) const { send("READY=1\nSTATUS=" + status); }

// With the time, by which a service manager tells this reload from an earlier one.
void ServiceNotice::reloading() const {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\nSTATUS=reloading");
}

void ServiceNotice::stopping() const { send("STOPPING=1\nSTATUS=waiting for running requests"); }

void ServiceNotice::status(const std::string& text) const { send("STATUS=" + text); }

void ServiceNotice::send(const std::string& message) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() < 2 || socket_.size() >= sizeof address.sun_path) return;
    socket_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (socket_.front() == '@') address.sun_path[0] = 0;  // abstract: its length counts, and it ends with no zero
    const std::size_t length = offsetof(sockaddr_un, sun_path) + socket_.size();
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sendto(socket.get(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), socklen_t(length));
}

}  // namespace aiproject
