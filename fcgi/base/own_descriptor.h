// What this process has opened for itself and cannot do without. A plugin is another's code in the same process and may
// close it, or have another file under its number: then the process ends at once, since whatever it writes from there
// on may go anywhere, and says which call found it. What has no file behind it is told by its kind alone, once a
// second: another epoll under the number of an epoll, or another eventfd under an eventfd's, is taken for ours.
//
// THREADS  any
#pragma once

#include <sys/stat.h>

#include <functional>
#include <string>

namespace aiproject {

class OwnDescriptor {
public:
    // `what` is a literal: "the listening socket".
    OwnDescriptor(const char* what, int number);
    ~OwnDescriptor() { letGo(); }
    OwnDescriptor(const OwnDescriptor&) = delete;
    OwnDescriptor& operator=(const OwnDescriptor&) = delete;

    // Its owner closes or replaces it.
    void letGo() noexcept;

    // Ends the process when one of all of them is not there any more, or not what it was.
    static void requireAll();

private:
    bool isThere(bool looksClosely) const;

    const char* const what_;
    const int number_;
    struct stat before_ {};
    const std::string kind_;  // "anon_inode:[eventpoll]"; all of these are one file to stat()
};

// Whether both stand for the same file.
bool isSameFile(const struct stat& one, const struct stat& other) noexcept;

// Where endProcess() says why, in the thread that calls it; none: nowhere.
void onLastWords(std::function<void(const std::string&)> tell);
// "epoll_wait: Bad file descriptor", then exit code 1, with no destructor run.
[[noreturn]] void endProcess(const std::string& call, int reason);

}  // namespace aiproject
