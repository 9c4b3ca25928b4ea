#include "billing/spool_depth.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace aiproject {
namespace {

namespace fs = std::filesystem;

SpoolDepth::Look lookAt(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    constexpr std::string_view time = "\"at_ms\":";  // of the first bill, which is the oldest
    const auto at = text.find(time);
    const std::int64_t oldest = at == std::string::npos ? 0 : std::atoll(text.c_str() + at + time.size());
    return {std::count(text.begin(), text.end(), '\n'), oldest};
}

}  // namespace

SpoolDepth::Look SpoolDepth::look(const std::string& folder) noexcept {
    Look all;
    try {
        std::map<std::string, File> seen;
        std::error_code failure;
        for (fs::directory_iterator entry(folder, failure); !failure && entry != fs::directory_iterator();
             entry.increment(failure)) {
            if (entry->path().extension() != ".spool") continue;
            const std::string path = entry->path();
            std::error_code gone;
            const std::uintmax_t bytes = fs::file_size(path, gone);
            if (gone) continue;
            const auto before = files_.find(path);
            const bool isSame = before != files_.end() && before->second.bytes == bytes;
            const File& file = seen[path] = isSame ? before->second : File{bytes, lookAt(path)};
            all.bills += file.there.bills;
            const std::int64_t oldest = file.there.oldestMs;
            if (oldest > 0) all.oldestMs = all.oldestMs == 0 ? oldest : std::min(all.oldestMs, oldest);
        }
        files_ = std::move(seen);
    } catch (...) {  // no memory: the next look tells
        return {};
    }
    return all;
}

}  // namespace aiproject
