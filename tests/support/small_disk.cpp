#include "support/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace aiproject::test {
namespace {

constexpr const char* kBallast = "ballast";
constexpr const char* kSize = "size=64m";

}  // namespace

SmallDisk::SmallDisk() {
    const std::string folder = folder_.path();
    isMounted_ = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 mount("tmpfs", folder.c_str(), "tmpfs", 0, kSize) == 0;
}

SmallDisk::~SmallDisk() {
    if (isMounted_) umount2(folder_.path().c_str(), MNT_DETACH);
}

void SmallDisk::fill() const {
    const int ballast = open(file(kBallast).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (ballast < 0) throw std::system_error(errno, std::generic_category(), file(kBallast));
    const std::string piece(64UL * 1024, 'x');
    for (std::size_t size = piece.size(); size > 0;)
        if (write(ballast, piece.data(), size) <= 0) size /= 2;
    close(ballast);
}

void SmallDisk::free() const { std::filesystem::remove(file(kBallast)); }

}  // namespace aiproject::test
