// What a reload replaces as a whole: the configuration, the plugins, and how its workers are started.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"
#include "config/config_file.h"
#include "manager/program.h"
#include "pool/plugin_snapshot.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

// Where every generation comes from.
struct GenerationSource {
    std::string binary;
    ConfigSource config;
};

struct ToldConfig {
    std::shared_ptr<const FileDescriptor> copy;  // of the file; none: there is no file
    std::vector<std::string> overrides;
    std::set<std::string> withheld;  // variables
};

struct Generation {
    int number = 1;
    Config config;
    ToldConfig told;                              // what its commands are told: all
    std::map<std::string, ToldConfig> poolsTold;  // the workers of each pool: nothing of models that it does not serve
    std::shared_ptr<const PluginSnapshot> plugins;  // what a worker that is restarted loads as well
    int memoryShareMb = 0;                          // of each worker, where pool.NAME.memory_mb is -1
    Program program;                                // with what all its commands have in common
};

// Reads the configuration and copies the plugins; throws std::runtime_error with all that is wrong with it, a line
// each.
Generation makeGeneration(const GenerationSource& source, int number);

// The same with other plugins.
Generation withPlugins(Generation generation, PluginSnapshot plugins);

// The program, to be run with a command of its own: {"worker", "--pool=model"}.
Program commandOf(const Generation& generation, const std::vector<std::string>& words);

// A worker of that pool. It has no settings of models that the pool does not serve.
Program workerOf(const Generation& generation, const std::string& pool);

}  // namespace aiproject
