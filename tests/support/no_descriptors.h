// As long as this lives, nothing in this process can open a descriptor.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace aiproject::test {

class NoDescriptors {
public:
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = dup(STDIN_FILENO);
        rlimit now = before_;
        now.rlim_cur = rlim_t(next);
        setrlimit(RLIMIT_NOFILE, &now);
        close(next);
    }
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
};

}  // namespace aiproject::test
