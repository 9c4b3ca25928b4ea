#include "front/incoming.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr std::size_t kPieceBytes = 8192;  // on the stack of every thread, where a touched page stays
constexpr int kPieces = 32;                // then others have their turn

std::runtime_error cannotHandOver() {
    return std::runtime_error(std::string("libfcgi gets no descriptor to read a request from: ") +
                              std::strerror(errno) + "; a worker needs more descriptors (ulimit -n) or memory");
}

FileDescriptor fileWith(std::string_view bytes) {
    FileDescriptor file(memfd_create("request", MFD_CLOEXEC));
    if (!file) throw cannotHandOver();
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw cannotHandOver();
        bytes.remove_prefix(std::size_t(written));
    }
    lseek(file.get(), 0, SEEK_SET);
    return file;
}

// A body of this size with its records: those of a web server add a hundredth, but one that sends a byte in each, with
// padding, would make it 264 times as long.
std::uint64_t mostInRecords(std::uint64_t body) {
    constexpr std::uint64_t few = 64UL * 1024;
    return 2 * body + few;
}

}  // namespace

Incoming::End Incoming::read() {
    if (readMore() != End::none) ended = Clock::now();
    return end;
}

Incoming::End Incoming::readMore() {
    if (request.bytes() == 0 && isAllThere()) return end;
    std::array<char, kPieceBytes> piece;
    for (int i = 0; i < kPieces && end == End::none; ++i) {
        const ssize_t got = recv(connection.get(), piece.data(), piece.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) break;
        if (got <= 0) {
            end = End::left;
            break;
        }
        take({piece.data(), std::size_t(got)});
        if (std::size_t(got) < piece.size()) break;  // there is no more, most likely
    }
    return end;
}

// Looks without reading: what is whole stays where it is.
bool Incoming::isAllThere() {
    IncomingRequest seen;
    std::array<char, kPieceBytes> piece;
    for (int i = 0; i < kPieces; ++i) {
        const ssize_t got = recv(connection.get(), piece.data(), piece.size(), MSG_DONTWAIT | MSG_PEEK);
        if (got <= 0) return false;
        const IncomingRequest::State state = seen.take({piece.data(), std::size_t(got)});
        if (state == IncomingRequest::State::whole && seen.bodyBytes() <= mostBody_) {
            request = seen;
            end = End::whole;
            isInSocket_ = true;
            return true;
        }
        const bool isMore = std::size_t(got) == piece.size() && state != IncomingRequest::State::broken;
        const int next = int(got);  // the next look begins there
        if (!isMore || (i == 0 && setsockopt(connection.get(), SOL_SOCKET, SO_PEEK_OFF, &next, sizeof next) != 0))
            return false;
    }
    return false;
}

void Incoming::take(std::string_view bytes) {
    const std::uint64_t before = request.bytes();
    const IncomingRequest::State state = request.take(bytes);
    try {
        keep(bytes.substr(0, std::size_t(request.bytes() - before)));
    } catch (const std::bad_alloc&) {  // this one goes, the others go on
        end = End::crowded;
        return;
    }
    if (end != End::none) return;
    if (state == IncomingRequest::State::whole) end = End::whole;
    if (state == IncomingRequest::State::broken) end = End::broken;
}

void Incoming::keep(std::string_view bytes) {
    if (!isBodyKept_) return;
    records_.append(bytes);
    if (!request.hasHead()) return;
    isBodyKept_ = request.bodyBytes() <= mostBody_ && request.bytes() - request.headBytes() <= mostInRecords(mostBody_);
    if (isBodyKept_) return;
    if (request.bodyBytes() <= mostBody_) end = End::broken;
    records_.resize(request.headBytes());
    records_.shrink_to_fit();
}

FileDescriptor Incoming::readable() {
    if (isInSocket_) {
        FileDescriptor same(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
        if (!same) throw cannotHandOver();
        return same;
    }
    if (end != End::whole || !isBodyKept_) {
        const auto byte = [](unsigned value) { return char(value & 0xffU); };
        records_.resize(request.headBytes());
        for (const char one : {char(FCGI_VERSION_1), char(FCGI_STDIN), byte(request.id() >> 8U), byte(request.id())})
            records_ += one;
        records_.append(sizeof(FCGI_Header) - 4, '\0');
    }
    FileDescriptor file = fileWith(records_);
    std::string().swap(records_);
    return file;
}

}  // namespace aiproject
