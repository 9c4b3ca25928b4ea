#include "manager/generation.h"

#include "config/overrides.h"
#include "manager/process_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace aiproject {

namespace {

// A thread of a stream keeps what its request has freed, for itself alone and as long as it lives. Above this size
// all threads share it: 11 KB less per stream. glibc reads it at exec only. An operator's own choice stays.
constexpr const char* kTunables = "GLIBC_TUNABLES";
constexpr const char* kSmallCaches = "glibc.malloc.tcache_max=128";

// The configuration as it is now: workers that are started later must not read what nobody has tried.
std::shared_ptr<const FileDescriptor> copyOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto copy = std::make_shared<const FileDescriptor>(memfd_create("aiproject-config", MFD_CLOEXEC));
    if (!in || write(copy->get(), text.data(), text.size()) != ssize_t(text.size()))
        throw std::runtime_error(file + ": cannot be read");
    return copy;
}

}  // namespace

Generation makeGeneration(const GenerationSource& source, int number) {
    Generation generation;
    generation.number = number;
    ConfigSource config = source.config;
    if (config.file.empty() && std::filesystem::exists(kDefaultConfigFile)) config.file = kDefaultConfigFile;
    generation.program = {source.binary, {}, {handedDown(config.overrides)}, {}};
    Program& program = generation.program;
    if (!std::getenv(kTunables)) program.environment.push_back(std::string(kTunables) + "=" + kSmallCaches);
    if (!config.file.empty()) {
        generation.configCopy = copyOf(config.file);
        config.copy = generation.configCopy->get();
        program.arguments.push_back("--config=" + std::filesystem::absolute(config.file).string());
        program.environment.push_back(handedDownCopy(config.copy));
        program.descriptors.push_back(config.copy);
    }
    generation.config = loadConfig(config);
    int workers = 0;
    for (const auto& pool : generation.config.pools) workers += pool.second.processes;
    generation.memoryShareMb = shareOfMemory(workers);
    return withPlugins(std::move(generation), PluginSnapshot::take(generation.config));
}

Generation withPlugins(Generation generation, PluginSnapshot plugins) {
    std::vector<int>& descriptors = generation.program.descriptors;
    std::vector<std::string>& environment = generation.program.environment;
    if (generation.plugins) {
        for (const int old : generation.plugins->descriptors())
            descriptors.erase(std::remove(descriptors.begin(), descriptors.end(), old), descriptors.end());
        environment.erase(std::remove(environment.begin(), environment.end(), generation.plugins->variable()),
                          environment.end());
    }
    generation.plugins = std::make_shared<const PluginSnapshot>(std::move(plugins));
    environment.push_back(generation.plugins->variable());
    for (const int descriptor : generation.plugins->descriptors()) descriptors.push_back(descriptor);
    return generation;
}

Program commandOf(const Generation& generation, const std::vector<std::string>& words) {
    Program program = generation.program;
    program.arguments.insert(program.arguments.begin(), words.begin(), words.end());
    return program;
}

}  // namespace aiproject
