#include "manager/memory_file.h"

#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aiproject {

FileDescriptor memoryFile(const std::string& name, const std::string& text) {
    FileDescriptor file(memfd_create(name.c_str(), MFD_CLOEXEC));
    if (!file || write(file.get(), text.data(), text.size()) != ssize_t(text.size()))
        throw std::runtime_error(name + " cannot be written into memory: " + std::strerror(errno));
    return file;
}

std::string contentOf(int file) {
    std::string content;
    std::array<char, 4096> piece;
    for (off_t at = 0;;) {
        const ssize_t got = pread(file, piece.data(), piece.size(), at);
        if (got <= 0) return content;
        content.append(piece.data(), std::size_t(got));
        at += got;
    }
}

}  // namespace aiproject
