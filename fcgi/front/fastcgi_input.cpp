#include "front/fastcgi_input.h"

#include <algorithm>
#include <array>
#include <limits>

namespace aiproject {

void FastcgiInput::prepare() { FCGX_Init(); }

std::unique_ptr<FastcgiInput> FastcgiInput::accept(FileDescriptor readable) {
    std::unique_ptr<FastcgiInput> input(new FastcgiInput);
    FCGX_Request& raw = input->raw_;
    FCGX_InitRequest(&raw, -1, 0);
    raw.ipcFd = readable.release();  // libfcgi closes it, also when it gives up
    raw.keepConnection = 1;          // or Accept_r would finish and close the connection first
    FCGX_Detach(&raw);               // or a broken request would linger in here
    if (FCGX_Accept_r(&raw) < 0) return nullptr;
    FCGX_FreeStream(&raw.out);  // FastcgiOutput answers
    FCGX_FreeStream(&raw.err);
    return input;
}

FastcgiInput::~FastcgiInput() { FCGX_Free(&raw_, 1); }

std::size_t FastcgiInput::read(char* to, std::size_t size) {
    constexpr std::size_t most = std::numeric_limits<int>::max();  // libfcgi counts in int
    return std::size_t(std::max(0, FCGX_GetStr(to, int(std::min(size, most)), raw_.in)));
}

void FastcgiInput::drain() {
    if (FCGX_HasSeenEOF(raw_.in)) return;
    constexpr std::uint64_t most = 64ULL * 1024 * 1024;  // nginx's own limits are far lower
    std::array<char, 1024> piece;                        // on the stack of every stream, where a touched page stays
    for (std::uint64_t total = 0; total < most;) {
        const std::size_t got = read(piece.data(), piece.size());
        if (got == 0) return;
        total += got;
    }
}

}  // namespace aiproject
