#include "manager/generation.h"

#include "config/overrides.h"
#include "manager/pool_settings.h"
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

std::string contentOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) throw std::runtime_error(file + ": cannot be read");
    return text;
}

// The configuration as it is now: workers that are started later must not read what nobody has tried.
std::shared_ptr<const FileDescriptor> copyOf(const std::string& text) {
    auto copy = std::make_shared<const FileDescriptor>(memfd_create("aiproject-config", MFD_CLOEXEC));
    if (write(copy->get(), text.data(), text.size()) != ssize_t(text.size()))
        throw std::runtime_error("the configuration cannot be copied into memory");
    return copy;
}

Program commandOf(Program program, const ToldConfig& told, const std::vector<std::string>& words) {
    program.arguments.insert(program.arguments.begin(), words.begin(), words.end());
    program.environment.push_back(handedDown(told.overrides));
    program.withheld = told.withheld;
    if (told.copy) {
        program.environment.push_back(handedDownCopy(told.copy->get()));
        program.descriptors.push_back(told.copy->get());
    }
    return program;
}

}  // namespace

Generation makeGeneration(const GenerationSource& source, int number) {
    Generation generation;
    generation.number = number;
    ConfigSource config = source.config;
    if (config.file.empty() && std::filesystem::exists(kDefaultConfigFile)) config.file = kDefaultConfigFile;
    const std::string text = config.file.empty() ? "" : contentOf(config.file);
    const auto copied = [&](const std::string& content) { return config.file.empty() ? nullptr : copyOf(content); };
    generation.told = {copied(text), config.overrides, {}};
    generation.program.path = source.binary;
    Program& program = generation.program;
    if (!std::getenv(kTunables)) program.environment.push_back(std::string(kTunables) + "=" + kSmallCaches);
    if (!config.file.empty()) {
        config.copy = generation.told.copy->get();
        program.arguments.push_back("--config=" + std::filesystem::absolute(config.file).string());
    }
    generation.config = loadConfig(config);
    int workers = 0;
    for (const auto& [name, pool] : generation.config.pools) {
        workers += pool.processes;
        const PoolSettings settings(pool, text, config.overrides);
        generation.poolsTold[name] = {copied(settings.file()), settings.overrides(), settings.withheldVariables()};
    }
    generation.memoryShareMb = shareOfMemory(workers);
    PluginSnapshot plugins = PluginSnapshot::take(generation.config);
    return withPlugins(std::move(generation), std::move(plugins));
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
    return commandOf(generation.program, generation.told, words);
}

Program workerOf(const Generation& generation, const std::string& pool) {
    return commandOf(generation.program, generation.poolsTold.at(pool), {"worker", "--pool=" + pool});
}

}  // namespace aiproject
