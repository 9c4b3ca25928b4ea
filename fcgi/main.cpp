// aiproject: the AI backend for nginx hosting. Each command is one file in commands/; a request's way
// starts in commands/worker.cpp.
#include "base/error.h"
#include "commands/command_line.h"

#include <cstdlib>
#include <iostream>

namespace {

const std::vector<aiproject::Command> kCommands = {
    {"serve", "runs the worker pools; what a service starts",
     "Opens the sockets, starts the workers of each pool and restarts what dies. SIGTERM ends it when "
     "the running requests have ended, or timeout.drain_ms has passed; SIGQUIT at once.",
     "cD", &aiproject::serve},
    {"reload", "replaces the workers by new ones, with the plugins and settings as they are now",
     "First tries them; exit code 1 and the reasons when they are bad, and the workers serve on as they are. "
     "Running requests end where they began. SIGHUP does the same. -D only helps to find run.dir; the new "
     "workers have the -D of serve.",
     "cD", &aiproject::reload},
    {"stop", "ends serve and waits for it", "As SIGTERM.", "cD", &aiproject::stop},
    {"status", "shows the workers, their load, and the state of each model", "Exit code 1 when serve does not run.",
     "cDj", &aiproject::status},
    {"worker", "serves FastCGI on standard input; what serve, spawn-fcgi or systemd starts",
     "Descriptor 0 is the listening socket.", "cDp", &aiproject::worker},
    {"check", "says everything that is wrong with the configuration and the plugins",
     "Exit code 1 when something would not serve.", "cDP", &aiproject::check},
    {"migrate", "brings the database up to date and makes the key file", "Both are left alone when they are there.",
     "cD", &aiproject::migrate},
    {"models", "lists what is loaded, from which file, with which settings", "Secrets are never shown.", "cDj",
     &aiproject::models},
    {"version", "prints the version", "Of the program and of the plugin contract.", "", &aiproject::version},
};

}  // namespace

int main(int argc, char** argv) try {
    return aiproject::runCommand(kCommands, {argv + 1, argv + argc});
} catch (const std::exception& e) {
    std::cerr << "aiproject: " << aiproject::describe(e) << '\n';
    return EXIT_FAILURE;
}
