// What stands behind `aiproject COMMAND`.
#pragma once

#include "config/config_file.h"

#include <string>
#include <vector>

namespace aiproject {

struct CommandLine {
    ConfigSource config;
    std::string pool;          // worker: empty: serves everything
    bool printConfig = false;  // check
    bool json = false;         // models, status
};

struct Command {
    const char* name;
    const char* summary;  // one line
    const char* details;  // for --help
    const char* options;  // letters of the options it takes, of "cDpPj"
    int (*run)(const CommandLine& line);
};

// serve.cpp, worker.cpp …; each answers the exit code.
int serve(const CommandLine& line);
int worker(const CommandLine& line);
int check(const CommandLine& line);
int migrate(const CommandLine& line);
int models(const CommandLine& line);
int version(const CommandLine& line);
int reload(const CommandLine& line);
int stop(const CommandLine& line);
int status(const CommandLine& line);

// Runs the command that argv names: 0 fine, 1 it failed, 2 argv is not understood.
int runCommand(const std::vector<Command>& commands, const std::vector<std::string>& arguments);

}  // namespace aiproject
