// aiproject: the AI backend for nginx hosting. Each command is one file in commands/; a request's way
// starts in commands/worker.cpp.
#include "base/error.h"
#include "base/utf8.h"
#include "commands/command_line.h"

#include <cstdlib>
#include <iostream>

namespace {

const std::vector<aiproject::Command> kCommands = {
    {"serve", "", "runs the worker pools; what a service starts",
     "Opens the sockets, starts the workers of each pool and restarts what dies. SIGTERM ends it when "
     "the running requests have ended, or timeout.drain_ms has passed; SIGQUIT at once.",
     "config define", &aiproject::serve},
    {"reload", "", "replaces the workers by new ones, with the plugins and settings as they are now",
     "First tries them; exit code 1 and the reasons when they are bad, and the workers serve on as they are. "
     "Running requests end where they began. SIGHUP does the same. -D only helps to find run.dir; the new "
     "workers have the -D of serve.",
     "config define", &aiproject::reload},
    {"stop", "", "ends serve and waits for it", "As SIGTERM.", "config define", &aiproject::stop},
    {"status", "", "shows the workers, their load, and the state of each model", "Exit code 1 when serve does not run.",
     "config define json", &aiproject::status},
    {"worker", "", "serves FastCGI on standard input; what serve, spawn-fcgi or systemd starts",
     "Descriptor 0 is the listening socket.", "config define pool", &aiproject::worker},
    {"check", "", "says everything that is wrong with the configuration and the plugins",
     "Exit code 1 when something would not serve. --json and --print-config exclude each other.",
     "config define json print-config", &aiproject::check},
    {"migrate", "", "brings the database up to date and makes the key file", "Both are left alone when they are there.",
     "config define json", &aiproject::migrate},
    {"models", "", "lists what is loaded, from which file, with which settings", "Secrets are never shown.",
     "config define json", &aiproject::models},
    {"discover", "", "finds model servers on this machine: Ollama, llama.cpp, vLLM, LM Studio",
     "Asks 127.0.0.1, ports 11434, 8080, 8000 and 1234 or those in AIPROJECT_DISCOVER_PORTS (numbers with commas "
     "between "
     "them), for AIPROJECT_DISCOVER_MS (300), and prints the lines of configuration for what it finds. --write adds "
     "them to the configuration file; "
     "route.text only where it is not set. Exit code 3 when nothing is found.",
     "config json write", &aiproject::discover},
    {"user add", "NAME", "adds an account",
     "The password is asked for, or is one line of standard input where that is no terminal. Balances: a number or "
     "unlimited; without them auth.new_* counts.",
     "config define json email academy tokens pic-times voice-seconds money", &aiproject::userAdd},
    {"user list", "", "lists accounts by name", "", "config define json like disabled after limit",
     &aiproject::userList},
    {"user show", "NAME", "shows all of an account but its secrets",
     "With what its calls hold now, and its newest entries of the audit log.", "config define json",
     &aiproject::userShow},
    {"user grant", "NAME", "changes balances: +N, -N, =N or unlimited",
     "+N adds, -N takes away but leaves no less than 0, =N sets, unlimited lifts the limit. Nothing can be "
     "added to what is unlimited before =N sets a limit.",
     "config define json tokens pic-times voice-seconds money", &aiproject::userGrant},
    {"user disable", "NAME", "refuses every login and every call", "Running streams end as well; the account stays.",
     "config define json", &aiproject::userDisable},
    {"user enable", "NAME", "undoes disable", "", "config define json", &aiproject::userEnable},
    {"user rotate", "NAME", "ends every uuid that was given out", "The next login gives a new one.",
     "config define json", &aiproject::userRotate},
    {"user password", "NAME", "sets a new password, and ends every uuid",
     "The password is asked for, or is one line of standard input where that is no terminal.", "config define json",
     &aiproject::userPassword},
    {"user delete", "NAME", "permanently deletes an account", "Asks first. The ledger keeps its calls.",
     "config define json yes", &aiproject::userDelete},
    {"invite add", "", "makes an invitation code that grants, and prints it",
     "Each user can use it once, those of --academy alone if that is given. Grants: a number or unlimited.",
     "config define json academy tokens pic-times voice-seconds uses begins ends", &aiproject::inviteAdd},
    {"invite list", "", "lists the invitations and how often they were used", "", "config define json",
     &aiproject::inviteList},
    {"invite revoke", "CODE", "ends an invitation", "What it has granted stays.", "config define json",
     &aiproject::inviteRevoke},
    {"key add", "NAME", "makes an API key of that user, and prints it",
     "Nobody can read it again. --tokens and --money limit what its calls may cost, beside what the user has left; "
     "with --refill they count by the day or month. --ends: the last day, or YYYY-MM-DDTHH:MM:SSZ.",
     "config define json name models ends tokens money refill", &aiproject::keyAdd},
    {"key list", "[NAME]", "lists the API keys, of all or of one user", "What was used is since the last refill.",
     "config define json", &aiproject::keyList},
    {"key revoke", "KEY", "ends an API key, given as its id or itself", "Its running streams end as well.",
     "config define json", &aiproject::keyRevoke},
    {"usage", "", "sums the ledger by user, model, key or day", "Days begin at 0:00 UTC.",
     "config define json csv by since until user", &aiproject::usage},
    {"audit", "[NAME]", "shows the newest entries of the audit log", "Of all, or of one name.",
     "config define json limit", &aiproject::audit},
    {"import-original", "", "imports the users of the original Flask service",
     "Says what it would do, with a line for each row that it would not take as it is; --apply does it; it "
     "is safe to repeat. --from mysql://... takes the password from AIPROJECT_IMPORT_PASSWORD. Exit code 4 when some "
     "rows were skipped.",
     "config define json from apply dry-run", &aiproject::importOriginal},
    {"backup", "FILE", "copies the SQLite database into FILE while it is in use",
     "FILE has mode 0600 and must not be there yet. auth.key_file is not in it: keep a copy of that as well.",
     "config define json force", &aiproject::backup},
    {"restore", "FILE", "restores the database from FILE, a copy that backup made",
     "Not while serve or a worker uses the database. What is replaced is kept beside it under a dated name. "
     "Everybody logs in again: every uuid ends.",
     "config define json", &aiproject::restore},
    {"version", "", "prints the version", "Of the program and of the plugin contract.", "", &aiproject::version},
};

}  // namespace

int main(int argc, char** argv) try {
    return aiproject::runCommand(kCommands, {argv + 1, argv + argc});
} catch (const std::exception& e) {
    std::cerr << "aiproject: " << aiproject::printableLines(aiproject::describe(e)) << '\n';
    return EXIT_FAILURE;
}
