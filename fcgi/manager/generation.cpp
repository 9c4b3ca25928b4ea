#include "manager/generation.h"

#include "config/config_text.h"
#include "config/overrides.h"
#include "manager/memory_file.h"
#include "manager/pool_settings.h"
#include "manager/process_memory.h"

#include <Poco/String.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace aiproject {

namespace {

// A thread of a stream keeps what its request has freed, for itself alone and as long as it lives. Above this size
// all threads share it: 11 KB less per stream. glibc reads it at exec only. An operator's own choice stays.
constexpr const char* kTunables = "GLIBC_TUNABLES";
constexpr const char* kSmallCaches = "glibc.malloc.tcache_max=128";

std::string textAt(const std::string& file) {
    const ConfigText text = readConfigText(file);
    if (!text.errors.empty())
        throw std::runtime_error(Poco::cat(std::string("\n"), text.errors.begin(), text.errors.end()));
    return asOneText(text.parts);
}

// The configuration as it is now: workers that are started later must not read what nobody has tried.
std::shared_ptr<const FileDescriptor> copyOf(const std::string& text) {
    return std::make_shared<const FileDescriptor>(memoryFile("aiproject-config", text));
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

Generation withoutPlugins(const GenerationSource& source, int number, GenerationFiles files) {
    Generation generation;
    generation.number = number;
    ConfigSource config = source.config;
    config.file = files.configFile;
    const bool hasFile = !config.file.empty();
    generation.told = {files.config, config.overrides, {}};
    Program& program = generation.program;
    program.path = source.binary;
    program.image = files.image;
    if (!std::getenv(kTunables)) program.environment.push_back(std::string(kTunables) + "=" + kSmallCaches);
    std::string text;
    if (hasFile) {
        config.copy = files.config->get();
        text = contentOf(config.copy);
        program.arguments.push_back("--config=" + std::filesystem::absolute(config.file).string());
    }
    generation.files = std::move(files);
    generation.config = loadConfig(config);
    int workers = 0;
    for (const auto& [name, pool] : generation.config.pools) {
        workers += pool.processes;
        const PoolSettings settings(pool, text, config.overrides);
        generation.poolsTold[name] = {hasFile ? copyOf(settings.file()) : nullptr, settings.overrides(),
                                      settings.withheldVariables()};
    }
    generation.memoryShareMb = shareOfMemory(workers);
    return generation;
}

}  // namespace

Generation makeGeneration(const GenerationSource& source, int number) {
    GenerationFiles files;
    files.image = imageAt(source.binary);
    files.configFile = source.config.file;
    if (files.configFile.empty() && std::filesystem::exists(kDefaultConfigFile)) files.configFile = kDefaultConfigFile;
    if (!files.configFile.empty()) files.config = copyOf(textAt(files.configFile));
    Generation generation = withoutPlugins(source, number, std::move(files));
    PluginSnapshot plugins = PluginSnapshot::take(generation.config);
    return withPlugins(std::move(generation), std::move(plugins));
}

HandedGeneration handDown(const Generation& generation) {
    HandedGeneration handed;
    handed.number = generation.number;
    handed.configFile = generation.files.configFile;
    if (generation.files.config) handed.config.number = generation.files.config->get();
    handed.image.number = generation.files.image->get();
    handed.plugins = generation.plugins->text();
    for (const int copy : generation.plugins->descriptors()) handed.pluginCopies.push_back({copy});
    return handed;
}

Generation makeGeneration(const GenerationSource& source, const HandedGeneration& handed) {
    PluginSnapshot plugins = PluginSnapshot::handedDown(handed.plugins);  // first: from now on their owner
    GenerationFiles files;
    files.configFile = handed.configFile;
    if (handed.config.number >= 0) files.config = std::make_shared<const FileDescriptor>(handed.config.number);
    files.image = std::make_shared<const FileDescriptor>(handed.image.number);
    return withPlugins(withoutPlugins(source, handed.number, std::move(files)), std::move(plugins));
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
