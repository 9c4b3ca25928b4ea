#include "manager/listening_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace aiproject {
namespace {

constexpr int kLooks = 40;  // at a path whose lock is free, so that its manager must be dead
constexpr std::chrono::milliseconds kBetweenLooks{50};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw std::runtime_error("socket " + path + ": " + what + ": " + std::strerror(errno));
}

sockaddr_un addressOf(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path, "cannot be used");
    }
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

[[noreturn]] void failInUse(const std::string& path) {
    errno = EADDRINUSE;
    fail(path, "another instance serves on it; stop that one or set another run.dir");
}

// Between bind and listen a path looks as stale as one of a dead instance, so its maker has a lock.
FileDescriptor lockFor(const std::string& path) {
    const std::string file = path + ".lock";
    FileDescriptor lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) fail(path, file + " cannot be opened");
    if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK) failInUse(path);
    fail(path, file + " cannot be locked");
}

FileDescriptor newSocket(const SocketSpec& spec) {
    FileDescriptor socket(::socket(AF_UNIX, spec.type | SOCK_CLOEXEC, 0));
    if (!socket) fail(spec.path, "cannot be made");
    return socket;
}

bool isServed(const SocketSpec& spec, const sockaddr_un& address) {
    const FileDescriptor probe = newSocket(spec);
    return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
}

void removeStale(const SocketSpec& spec, const sockaddr_un& address) {
    const std::string& path = spec.path;
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode)) {
        errno = EEXIST;
        fail(path, "is a file of another kind; remove it or set another path");
    }
    for (int looks = 0; isServed(spec, address); ++looks) {
        if (looks == kLooks) failInUse(path);
        std::this_thread::sleep_for(kBetweenLooks);
    }
    std::filesystem::remove(path);
}

}  // namespace

ListeningSocket::ListeningSocket(const SocketSpec& spec, int backlog)
    : lock_(lockFor(spec.path)), socket_(newSocket(spec)), path_(spec.path) {
    const sockaddr_un address = addressOf(path_);
    removeStale(spec, address);
    const mode_t before = umask(0777 & ~spec.mode);  // nobody connects between bind and chmod
    const int bound = bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    umask(before);
    if (bound != 0) fail(path_, "cannot be bound");
    if (listen(socket_.get(), backlog) != 0) fail(path_, "cannot be listened on");
}

ListeningSocket::ListeningSocket(const HandedSocket& handed)
    : lock_(handed.lock.number), socket_(handed.socket.number), path_(handed.path) {}

bool ListeningSocket::hasWaiting() const noexcept {
    pollfd listening{socket_.get(), POLLIN, 0};
    return poll(&listening, 1, 0) > 0 && (listening.revents & POLLIN);
}

bool ListeningSocket::isShutDown() const noexcept {
    pollfd listening{socket_.get(), 0, 0};
    return poll(&listening, 1, 0) > 0 && (listening.revents & POLLHUP);
}

std::string warningOfBacklog(int backlog) {
    int most = 0;
    if (!(std::ifstream("/proc/sys/net/core/somaxconn") >> most) || most >= backlog) return {};
    return "Linux lets no more than " + std::to_string(most) + " connections wait, not " + std::to_string(backlog) +
           ": a burst beyond that is turned away; set net.core.somaxconn = " + std::to_string(backlog) +
           " with sysctl, or a smaller backlog";
}

void ListeningSocket::setBacklog(int backlog) const noexcept { ::listen(socket_.get(), backlog); }

void ListeningSocket::close() noexcept {
    if (!socket_) return;  // closed, or moved from
    ::unlink(path_.c_str());
    ::close(socket_.release());
    lock_ = FileDescriptor();
}

}  // namespace aiproject
