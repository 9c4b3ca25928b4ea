#include "bench/driver/recorded.h"

#include "base/file_descriptor.h"
#include "support/places.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace aiproject::bench {
namespace {

// As the file has them; parts.h names them.
struct RecordedPart {
    std::uint64_t cpuNs, allocations;
};
using RecordedParts = std::array<RecordedPart, kCallParts>;
static_assert(sizeof(RecordedParts) == sizeof(ProcessTotals));

}  // namespace

Recording::Recording()
    : library_("LD_PRELOAD", test::buildFolder() + "/tests/bench/libbench_recorder.so"),
      directory_("BENCH_BUDGET", folder_.path()) {}

PartCosts Recording::costsOf(const Pids& pids) const {
    PartCosts sum;
    for (const pid_t pid : pids) {
        const std::string path = folder_.file(std::to_string(pid));
        const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
        RecordedParts parts{};
        if (!file || read(file.get(), parts.data(), sizeof parts) != ssize_t(sizeof parts))
            throw std::runtime_error("process " + std::to_string(pid) + " is not recorded: it wrote no " + path +
                                     "; was it started without LD_PRELOAD?");
        for (std::size_t i = 0; i < kCallParts; ++i) {
            sum[i].cpuUs += double(parts[i].cpuNs) / 1'000;
            sum[i].allocations += double(parts[i].allocations);
        }
    }
    return sum;
}

}  // namespace aiproject::bench
