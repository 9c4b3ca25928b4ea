// What a reload replaces as a whole: the configuration, the plugins, and how its workers are started.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"
#include "config/config_file.h"
#include "manager/program.h"
#include "pool/plugin_snapshot.h"

#include <memory>
#include <string>
#include <vector>

namespace aiproject {

// Where every generation comes from.
struct GenerationSource {
    std::string binary;
    ConfigSource config;
};

struct Generation {
    int number = 1;
    Config config;
    std::shared_ptr<const FileDescriptor> configCopy;  // none: there is no file
    std::shared_ptr<const PluginSnapshot> plugins;     // what a worker that is restarted loads as well
    int memoryShareMb = 0;                             // of each worker, where pool.NAME.memory_mb is -1
    Program program;                                   // with what all its commands have in common
};

// Reads the configuration and copies the plugins; throws std::runtime_error with all that is wrong with it, a line
// each.
Generation makeGeneration(const GenerationSource& source, int number);

// The same with other plugins.
Generation withPlugins(Generation generation, PluginSnapshot plugins);

// The program, to be run with a command of its own: {"worker", "--pool=model"}.
Program commandOf(const Generation& generation, const std::vector<std::string>& words);

}  // namespace aiproject
