// A library for LD_PRELOAD: counts allocations and CPU time of a worker by part of a call, without a hook in the
// product. It stands before the library calls with which each part begins (parts.h).
//
// THREADS  any. ERRORS  without its file a process is not recorded.
#include "bench/budget/parts.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

// NOLINTBEGIN(bugprone-reserved-identifier): libc's own names

// The allocator itself, which the functions below stand before.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace aiproject::bench {
namespace {

// What a descriptor is. Of the upstream, the first message is the upgrade and the second the question.
enum Kind : unsigned char { unknown, client, connected, upgrading, asked };
constexpr int kMostDescriptors = 65'536;

ProcessTotals* totals = nullptr;
std::atomic<Kind> kinds[kMostDescriptors];

// initial-exec: the first access to thread-local memory of another model allocates.
__attribute__((tls_model("initial-exec"))) thread_local CallPart current = CallPart::other;
__attribute__((tls_model("initial-exec"))) thread_local std::uint64_t since = 0;
__attribute__((tls_model("initial-exec"))) thread_local int tlsDepth =
    0;  // its socket calls carry records, not messages

std::uint64_t threadCpu() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::uint64_t(time.tv_sec) * 1'000'000'000U + std::uint64_t(time.tv_nsec);
}

void enter(CallPart next) {
    if (totals == nullptr || next == current) return;
    const std::uint64_t now = threadCpu();
    if (since != 0) totals->parts[std::size_t(current)].cpuNs.fetch_add(now - since, std::memory_order_relaxed);
    since = now;
    current = next;
}

void allocated() {
    if (totals != nullptr) totals->parts[std::size_t(current)].allocations.fetch_add(1, std::memory_order_relaxed);
}

Kind kindOf(int descriptor) {
    return descriptor >= 0 && descriptor < kMostDescriptors ? kinds[descriptor].load(std::memory_order_relaxed)
                                                            : unknown;
}

void setKind(int descriptor, Kind kind) {
    if (descriptor >= 0 && descriptor < kMostDescriptors) kinds[descriptor].store(kind, std::memory_order_relaxed);
}

void messageTo(int descriptor) {
    switch (kindOf(descriptor)) {
        case client:
            if (current == CallPart::settle) enter(CallPart::end);
            return;
        case connected: return setKind(descriptor, upgrading);
        case upgrading: return setKind(descriptor, asked), enter(CallPart::ask);
        case asked:
        case unknown: return;
    }
}

void sending(int descriptor) {
    if (tlsDepth == 0) messageTo(descriptor);
}

void reading(int descriptor) {
    if (kindOf(descriptor) == asked) enter(CallPart::relay);
}

void querying() {
    if (current == CallPart::open)
        enter(CallPart::reserve);
    else if (current == CallPart::ask || current == CallPart::relay || current == CallPart::other)
        enter(CallPart::settle);  // a thread that does nothing else settles for others
}

__attribute__((constructor)) void begin() {
    const char* const directory = std::getenv("BENCH_BUDGET");
    if (directory == nullptr) return;
    char path[4'096];
    std::snprintf(path, sizeof path, "%s/%d", directory, int(getpid()));
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    void* const map = ftruncate(file, sizeof(ProcessTotals)) == 0
                          ? mmap(nullptr, sizeof(ProcessTotals), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                          : MAP_FAILED;
    close(file);
    if (map != MAP_FAILED) totals = static_cast<ProcessTotals*>(map);
}

// The function of that name behind this library.
template <class Function>
Function* behind(const char* name) {
    void* const found = dlsym(RTLD_NEXT, name);
    if (found != nullptr) return reinterpret_cast<Function*>(found);
    std::fprintf(stderr, "bench recorder: no library has %s(): link it, or take it out of tests/bench/budget\n", name);
    std::abort();
}

struct TlsCall {
    TlsCall() { ++tlsDepth; }
    ~TlsCall() { --tlsDepth; }
};

}  // namespace
}  // namespace aiproject::bench

using namespace aiproject::bench;

#define BEHIND(name) static const auto real = behind<decltype(name)>(#name)

extern "C" {

void* malloc(std::size_t size) { return allocated(), __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return allocated(), __libc_calloc(count, size); }
void* realloc(void* old, std::size_t size) { return allocated(), __libc_realloc(old, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return allocated(), __libc_memalign(alignment, size); }

int accept4(int listening, sockaddr* address, socklen_t* size, int flags) {
    BEHIND(accept4);
    const int descriptor = real(listening, address, size, flags);
    if (descriptor >= 0) setKind(descriptor, client), enter(CallPart::open);
    return descriptor;
}

int accept(int listening, sockaddr* address, socklen_t* size) { return accept4(listening, address, size, 0); }

int connect(int descriptor, const sockaddr* address, socklen_t size) {
    BEHIND(connect);
    if (address != nullptr && address->sa_family != AF_UNIX) setKind(descriptor, connected), enter(CallPart::connect);
    return real(descriptor, address, size);
}

int close(int descriptor) {
    BEHIND(close);
    const bool isUpstream = kindOf(descriptor) == asked;
    setKind(descriptor, unknown);
    const int result = real(descriptor);
    if (isUpstream && (current == CallPart::ask || current == CallPart::relay)) enter(CallPart::settle);
    return result;
}

ssize_t send(int descriptor, const void* bytes, std::size_t size, int flags) {
    BEHIND(send);
    return sending(descriptor), real(descriptor, bytes, size, flags);
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
    BEHIND(sendmsg);
    return sending(descriptor), real(descriptor, message, flags);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
    BEHIND(write);
    return sending(descriptor), real(descriptor, bytes, size);
}

ssize_t writev(int descriptor, const iovec* pieces, int count) {
    BEHIND(writev);
    return sending(descriptor), real(descriptor, pieces, count);
}

ssize_t recv(int descriptor, void* bytes, std::size_t size, int flags) {
    BEHIND(recv);
    return reading(descriptor), real(descriptor, bytes, size, flags);
}

ssize_t read(int descriptor, void* bytes, std::size_t size) {
    BEHIND(read);
    return reading(descriptor), real(descriptor, bytes, size);
}

// What fortified code calls in their place.
ssize_t __recv_chk(int descriptor, void* bytes, std::size_t size, std::size_t /*room*/, int flags) {
    return recv(descriptor, bytes, size, flags);
}

ssize_t __read_chk(int descriptor, void* bytes, std::size_t size, std::size_t /*room*/) {
    return read(descriptor, bytes, size);
}

// OpenSSL and SQLite, without their headers: pointers are passed on as they come.
int SSL_get_fd(const void*);
int SSL_connect(void*);
int SSL_do_handshake(void*);
int SSL_write(void*, const void*, int);
int sqlite3_step(void*);
int sqlite3_prepare_v2(void*, const char*, int, void**, const char**);
int sqlite3_prepare_v3(void*, const char*, int, unsigned, void**, const char**);

int SSL_connect(void* connection) {
    BEHIND(SSL_connect);
    const TlsCall call;
    return real(connection);
}

int SSL_do_handshake(void* connection) {
    BEHIND(SSL_do_handshake);
    const TlsCall call;
    return real(connection);
}

int SSL_write(void* connection, const void* bytes, int size) {
    BEHIND(SSL_write);
    static const auto descriptorOf = behind<decltype(SSL_get_fd)>("SSL_get_fd");
    messageTo(descriptorOf(connection));
    const TlsCall call;
    return real(connection, bytes, size);
}

int sqlite3_step(void* statement) {
    BEHIND(sqlite3_step);
    return querying(), real(statement);
}

int sqlite3_prepare_v2(void* database, const char* sql, int size, void** statement, const char** rest) {
    BEHIND(sqlite3_prepare_v2);
    return querying(), real(database, sql, size, statement, rest);
}

int sqlite3_prepare_v3(void* database, const char* sql, int size, unsigned flags, void** statement, const char** rest) {
    BEHIND(sqlite3_prepare_v3);
    return querying(), real(database, sql, size, flags, statement, rest);
}

}  // extern "C"

// NOLINTEND(bugprone-reserved-identifier)
