// aiproject: the AI backend for nginx hosting. Each command is one file in commands/; a request's way
// starts in commands/worker.cpp.
#include "base/error.h"
#include "base/utf8.h"
#include "commands/command_line.h"

#include <sys/prctl.h>

#include <cstdlib>
#include <iostream>

namespace {

const std::vector<aiproject::Command> kCommands = {
    {"serve", "", "runs the worker pools; what a service starts",
     "Opens the sockets, starts the workers of each pool and restarts what dies. SIGTERM ends it when "
     "the running requests have ended, or timeout.drain_ms has passed; SIGQUIT at once.",
     "config define", &aiproject::serve, "the service"},
    {"reload", "", "replaces the workers by new ones, with the plugins and settings as they are now",
     "First tries them; exit code 1 and the reasons when they are bad, and the workers serve on as they are. "
     "Running requests end where they began. SIGHUP does the same. -D only helps to find run.dir; the new "
     "workers have the -D of serve.",
     "config define", &aiproject::reload, "the service"},
    {"stop", "", "ends serve and waits for it", "As SIGTERM.", "config define", &aiproject::stop, "the service"},
    {"status", "", "shows the workers, their load, and the state of each model", "Exit code 1 when serve does not run.",
     "config define json", &aiproject::status, "the service"},
    {"worker", "", "serves FastCGI on standard input; what serve, spawn-fcgi or systemd starts",
     "Descriptor 0 is the listening socket.", "config define pool", &aiproject::worker, "the service"},
    {"check", "", "says everything that is wrong with the configuration and the plugins",
     "Exit code 1 when something would not serve. --json and --print-config cannot be used together.",
     "config define json print-config", &aiproject::check, "set-up"},
    {"migrate", "", "brings the database up to date and makes the key file", "Both are left alone when they are there.",
     "config define json", &aiproject::migrate, "set-up"},
    {"models", "", "lists what is loaded, from which file, with which settings", "Secrets are never shown.",
     "config define json", &aiproject::models, "set-up"},
    {"discover", "", "finds model servers on this machine: Ollama, llama.cpp, vLLM, LM Studio",
     "Asks 127.0.0.1, ports 11434, 8080, 8000 and 1234 or those in AIPROJECT_DISCOVER_PORTS (numbers with commas "
     "between "
     "them), for AIPROJECT_DISCOVER_MS (300), and prints the lines of configuration for what it finds. --write adds "
     "them to the configuration file; "
     "route.text only where it is not set. Exit code 3 when nothing is found.",
     "config json write", &aiproject::discover, "set-up"},
    {"try", "FILE", "runs a plugin once, without a service, and prints what it does",
     "FILE is a NAME.so. Needs no nginx, account, database or configuration. Prints the answer as it comes, usage, "
     "times, and what the host would refuse. -D sets the plugin's settings, with or without model.NAME. before them, "
     "and timeout.* and limit.answer_bytes. Without a question it is asked something of its kind. --conform prints a "
     "line for each rule of the contract. Exit code 1 when the plugin fails, or breaks a rule.",
     "define json text voice picture speech embed conform", &aiproject::tryPlugin, "plugins"},
    {"plugin new", "NAME", "writes a folder for a plugin of your own",
     "Source, test, Makefile, CMakeLists.txt and README in a new folder NAME; it builds against the installed headers "
     "alone. --kind: how the plugin answers: computes (makes the answer itself, the default), blocks (asks a service "
     "over HTTP and waits) or follows (asks, and the host waits).",
     "kind in", &aiproject::pluginNew, "plugins"},
    {"user add", "NAME", "adds an account",
     "The password is asked for, or is one line of standard input where that is no terminal. Balances: a number or "
     "unlimited; without them auth.new_* counts.",
     "config define json email academy tokens pic-times voice-seconds money", &aiproject::userAdd, "accounts"},
    {"user list", "", "lists accounts by name", "", "config define json like disabled after limit",
     &aiproject::userList, "accounts"},
    {"user show", "NAME", "shows all of an account but its secrets",
     "With what its calls hold now, and its newest entries of the audit log.", "config define json",
     &aiproject::userShow, "accounts"},
    {"user grant", "NAME", "changes balances: +N, -N, =N or unlimited; makes an admin",
     "+N adds, -N takes away but leaves no less than 0, =N sets, unlimited lifts the limit. Nothing can be "
     "added to what is unlimited before =N sets a limit. An admin may use /admin and the console's screens of the "
     "operator.",
     "config define json tokens pic-times voice-seconds money admin no-admin", &aiproject::userGrant, "accounts"},
    {"user disable", "NAME", "refuses every login and every call", "Running streams end as well; the account stays.",
     "config define json", &aiproject::userDisable, "accounts"},
    {"user enable", "NAME", "undoes disable", "", "config define json", &aiproject::userEnable, "accounts"},
    {"user rotate", "NAME", "ends every uuid that was given out", "The next login gives a new one.",
     "config define json", &aiproject::userRotate, "accounts"},
    {"user password", "NAME", "sets a new password, and ends every uuid",
     "The password is asked for, or is one line of standard input where that is no terminal.", "config define json",
     &aiproject::userPassword, "accounts"},
    {"user delete", "NAME", "permanently deletes an account", "Asks first. The ledger keeps its calls.",
     "config define json yes", &aiproject::userDelete, "accounts"},
    {"invite add", "", "makes an invitation code that grants, and prints it",
     "Each user can use it once, those of --academy alone if that is given. Grants: a number or unlimited.",
     "config define json academy tokens pic-times voice-seconds money uses begins ends", &aiproject::inviteAdd,
     "accounts"},
    {"invite list", "", "lists the invitations and how often they were used", "", "config define json",
     &aiproject::inviteList, "accounts"},
    {"invite revoke", "CODE", "ends an invitation", "What it has granted stays.", "config define json",
     &aiproject::inviteRevoke, "accounts"},
    {"key add", "NAME", "makes an API key of that user, and prints it",
     "Nobody can read it again. --tokens and --money limit what its calls may cost, beside what the user has left; "
     "with --refill they count by the day or month. --ends: the last day, or YYYY-MM-DDTHH:MM:SSZ.",
     "config define json name models ends tokens money refill", &aiproject::keyAdd, "accounts"},
    {"key list", "[NAME]", "lists the API keys, of all or of one user", "What was used is since the last refill.",
     "config define json", &aiproject::keyList, "accounts"},
    {"key revoke", "KEY", "ends an API key, given as its id or itself", "Its running streams end as well.",
     "config define json", &aiproject::keyRevoke, "accounts"},
    {"usage", "", "sums the ledger by user, model, key or day", "Days begin at 0:00 UTC.",
     "config define json csv by since until user", &aiproject::usage, "accounts"},
    {"audit", "[NAME]", "shows the newest entries of the audit log", "Of all, or of one name.",
     "config define json limit", &aiproject::audit, "accounts"},
    {"import-original", "", "imports the users of the original Flask service",
     "Says what it would do, with a line for each row that it would not take as it is; --apply does it; it "
     "is safe to repeat. --from mysql://... takes the password from AIPROJECT_IMPORT_PASSWORD. Exit code 4 when some "
     "rows were skipped.",
     "config define json from apply dry-run", &aiproject::importOriginal, "database"},
    {"backup", "FILE", "copies the SQLite database into FILE while it is in use",
     "FILE has mode 0600 and must not be there yet. auth.key_file is not in it: keep a copy of that as well.",
     "config define json force", &aiproject::backup, "database"},
    {"restore", "FILE", "restores the database from FILE, a copy that backup made",
     "Not while serve or a worker uses the database. What is replaced is kept beside it under a dated name. "
     "Everybody logs in again: every uuid ends.",
     "config define json", &aiproject::restore, "database"},
    {"version", "", "prints the version",
     "Of the program and of the plugin contract. aiproject --version does the same.", "", &aiproject::version},
};

}  // namespace

int main(int argc, char** argv) try {
    prctl(PR_SET_NAME, "aiproject");  // a worker is started from a descriptor, whose number would be its name
    return aiproject::runCommand(kCommands, {argv + 1, argv + argc});
} catch (const std::exception& e) {
    std::cerr << "aiproject: " << aiproject::printableLines(aiproject::describe(e)) << '\n';
    return EXIT_FAILURE;
}
