// A disk of the test's own, small enough to be filled: a tmpfs on a temporary folder, in a mount namespace that
// only the constructing thread and what it starts from then on have. So nothing of it outlives them.
#pragma once

#include "support/temp_dir.h"

#include <string>

namespace aiproject::test {

class SmallDisk {
public:
    SmallDisk();
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    // False: the system lets us mount nothing; then it is a folder like others, and cannot be filled.
    bool isDisk() const noexcept { return isMounted_; }
    std::string file(const std::string& name) const { return folder_.file(name); }

    void fill() const;  // until not one byte fits
    void free() const;

private:
    TempDir folder_;
    bool isMounted_ = false;
};

}  // namespace aiproject::test
