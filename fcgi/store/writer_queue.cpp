#include "store/writer_queue.h"

#include <fcntl.h>

#include <thread>

namespace aiproject {

namespace {

constexpr std::chrono::milliseconds kPoll{1};

struct flock lockOf(short type, off_t first, off_t length) {
    struct flock lock {};  // whose l_pid must be 0
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = first;
    lock.l_len = length;
    return lock;
}

// The one that was taken first of those after `after` and before `mine`, or 0: the kernel lists them in that order.
off_t placeBetween(off_t after, off_t mine, const FileDescriptor& folder) {
    if (mine - after <= 1) return 0;
    struct flock place = lockOf(F_WRLCK, after + 1, mine - after - 1);  // never set: it asks who is in the way
    const bool isTaken = ::fcntl(folder.get(), F_OFD_GETLK, &place) == 0 && place.l_type != F_UNLCK;
    return isTaken ? place.l_start : 0;
}

}  // namespace

FileDescriptor WriterQueue::wait(Clock::time_point end) const {
    FileDescriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    Clock::time_point now = Clock::now(), since = now;
    const off_t mine = std::chrono::nanoseconds(now.time_since_epoch()).count();
    struct flock place = lockOf(F_RDLCK, mine, 1);
    if (!folder || ::fcntl(folder.get(), F_OFD_SETLK, &place) != 0) return {};
    for (off_t first = 0; now < end; now = Clock::now()) {
        const off_t seen = placeBetween(passedBy_, mine, folder);
        if (seen == 0) break;
        if (seen != first) {
            first = seen;
            since = now;
        } else if (now - since >= patience_) {
            passedBy_ = first;
            continue;  // to the next, which may be another that was stopped
        }
        std::this_thread::sleep_for(kPoll);
    }
    return folder;
}

}  // namespace aiproject
