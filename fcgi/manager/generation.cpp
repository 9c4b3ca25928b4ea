#include "manager/generation.h"

#include "config/overrides.h"

#include <filesystem>

namespace aiproject {

Generation makeGeneration(const GenerationSource& source, int number) {
    const Config config = loadConfig(source.config);
    const auto plugins = std::make_shared<const PluginSnapshot>(PluginSnapshot::take(config));
    Generation generation{number, config, plugins, {source.binary, {}, {plugins->variable()}, plugins->descriptors()}};
    // The overrides may hold secrets, and every user can read arguments: AIPROJECT_DEFINES has them, a line each.
    generation.program.environment.push_back(handedDown(source.config.overrides));
    const std::string& file = generation.config.source;
    if (!file.empty()) generation.program.arguments.push_back("--config=" + std::filesystem::absolute(file).string());
    return generation;
}

Program commandOf(const Generation& generation, const std::vector<std::string>& words) {
    Program program = generation.program;
    program.arguments.insert(program.arguments.begin(), words.begin(), words.end());
    return program;
}

}  // namespace aiproject
