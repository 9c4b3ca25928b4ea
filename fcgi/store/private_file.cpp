#include "store/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file_descriptor.h"

namespace aiproject {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

void write(const FileDescriptor& to, const std::string& content, const std::string& file) {
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t count = ::write(to.get(), content.data() + done, content.size() - done);
        if (count < 0 && errno != EINTR) fail("cannot write " + file);
        if (count > 0) done += std::size_t(count);
    }
}

void sync(const FileDescriptor& written, const std::string& file) {
    if (::fsync(written.get()) != 0) fail("cannot sync " + file);
}

class Unlinked {  // at the end of the scope
public:
    explicit Unlinked(std::string file) : file_(std::move(file)) {}
    ~Unlinked() { ::unlink(file_.c_str()); }
    Unlinked(const Unlinked&) = delete;
    Unlinked& operator=(const Unlinked&) = delete;

private:
    std::string file_;
};

// Closed before the file gets its name: closing a descriptor drops every lock that this process has on
// the file, and SQLite in another thread may be the first to open it under that name.
void writeAndClose(int number, const std::string& content, const std::string& file) {
    const FileDescriptor made(number);
    write(made, content, file);
    sync(made, file);
}

}  // namespace

bool createPrivateFile(const std::string& file, const std::string& content) {
    if (::access(file.c_str(), F_OK) == 0) return false;

    const std::filesystem::path target(file);
    const std::string folder = target.has_parent_path() ? target.parent_path().string() : ".";
    std::string temporary = std::filesystem::path(folder) / ("." + target.filename().string() + ".XXXXXX");
    const int made = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (made < 0) fail("cannot create " + file);
    const Unlinked atTheEnd(temporary);
    writeAndClose(made, content, file);
    // link() and not rename(): it never replaces what another process has put there meanwhile.
    if (::link(temporary.c_str(), file.c_str()) != 0) {
        if (errno == EEXIST) return false;
        fail("cannot create " + file);
    }
    const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened) fail("cannot open " + folder);
    sync(opened, folder);
    return true;
}

}  // namespace aiproject
