// What stands behind `aiproject COMMAND`.
#pragma once

#include "config/config_file.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace aiproject {

struct CommandLine {
    ConfigSource config;
    std::string pool;          // worker: empty: serves everything
    bool printConfig = false;  // check
    bool json = false;
    std::vector<std::string> arguments;          // NAME …: as many as the command's row says
    std::map<std::string, std::string> options;  // all others that are given, by long name; a switch has no text

    bool has(const std::string& option) const { return options.count(option) > 0; }
    std::string textOf(const std::string& option, const std::string& otherwise = {}) const {
        const auto found = options.find(option);
        return found == options.end() ? otherwise : found->second;
    }
};

struct Command {
    const char* name;       // "serve"; "user add" is add of the group user
    const char* arguments;  // "NAME" must be there, "[NAME]" may
    const char* summary;    // one line
    const char* details;    // for --help
    const char* options;    // long names of those it takes; command_options.cpp has the table of all
    int (*run)(const CommandLine& line);
    const char* section = "";  // of the overview
};

// What a command throws for exit code 2: an argument or an option that does not mean anything.
class NotUnderstood : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// And for exit code 3: there is no such user, no such invitation, no such key, no server. (4 is
// import-original's: rows were skipped.)
class NotFound : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// serve.cpp, worker.cpp …; each answers the exit code.
int serve(const CommandLine& line);
int worker(const CommandLine& line);
int check(const CommandLine& line);
int migrate(const CommandLine& line);
int models(const CommandLine& line);
int pluginNew(const CommandLine& line);
int discover(const CommandLine& line);
int tryPlugin(const CommandLine& line);
int version(const CommandLine& line);
int importOriginal(const CommandLine& line);
int backup(const CommandLine& line);
int restore(const CommandLine& line);
int reload(const CommandLine& line);
int stop(const CommandLine& line);
int status(const CommandLine& line);
int userAdd(const CommandLine& line);
int userList(const CommandLine& line);
int userShow(const CommandLine& line);
int userGrant(const CommandLine& line);
int userDisable(const CommandLine& line);
int userEnable(const CommandLine& line);
int userRotate(const CommandLine& line);
int userPassword(const CommandLine& line);
int userDelete(const CommandLine& line);
int inviteAdd(const CommandLine& line);
int inviteList(const CommandLine& line);
int inviteRevoke(const CommandLine& line);
int keyAdd(const CommandLine& line);
int keyList(const CommandLine& line);
int keyRevoke(const CommandLine& line);
int usage(const CommandLine& line);
int audit(const CommandLine& line);

// Runs the command that the arguments name, which options may precede: 0 fine, 1 it failed, 2 they are not understood,
// 3 there is no such user, invitation or server, 4 import-original has skipped rows. `help --words` lists commands and
// options for the completion of a shell.
int runCommand(const std::vector<Command>& commands, const std::vector<std::string>& arguments);

}  // namespace aiproject
