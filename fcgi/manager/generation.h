// What a reload replaces as a whole: the configuration, the plugins, and how its workers are started.
#pragma once

#include "base/file_descriptor.h"
#include "config/config.h"
#include "config/config_file.h"
#include "manager/handover.h"
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
    std::string release;  // of the program that runs
};

// What a generation is made of, each a copy or open, so that nothing that happens to the files changes it.
struct GenerationFiles {
    std::string configFile;                        // its path; empty: there is none
    std::shared_ptr<const FileDescriptor> config;  // a copy
    std::shared_ptr<const FileDescriptor> image;   // the program
};

struct ToldConfig {
    std::shared_ptr<const FileDescriptor> copy;  // of the file and conf.d; none: there is no file
    std::vector<std::string> overrides;
    std::set<std::string> withheld;  // variables
};

struct Generation {
    int number = 1;
    GenerationFiles files;
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

// For a program that goes on with it; and there, of the same release or a later one. The -D are those of `source`;
// throws as above.
HandedGeneration handDown(const Generation& generation);
Generation makeGeneration(const GenerationSource& source, const HandedGeneration& handed);

// The same with other plugins.
Generation withPlugins(Generation generation, PluginSnapshot plugins);

// The program, to be run with a command of its own: {"worker", "--pool=model"}.
Program commandOf(const Generation& generation, const std::vector<std::string>& words);

// A worker of that pool. It has no settings of models that the pool does not serve.
Program workerOf(const Generation& generation, const std::string& pool);

}  // namespace aiproject
