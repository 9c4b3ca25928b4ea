#include "auth/credential.h"
#include "auth/database.h"
#include "auth/migrations.h"
#include "commands/command_line.h"
#include "config/install_layout.h"
#include "config/overrides.h"
#include "manager/manager.h"

#include <filesystem>

namespace aiproject {
namespace {

// The overrides may hold secrets, and every user can read arguments: AIPROJECT_DEFINES has them, a line each.
WorkerProgram workerProgram(const std::string& binary, const ConfigSource& source, const Config& config) {
    WorkerProgram program{binary, {}, {handedDown(source.overrides)}};
    if (!config.source.empty())
        program.arguments.push_back("--config=" + std::filesystem::absolute(config.source).string());
    return program;
}

// The database file and the key are this host's own, so nobody else will make them.
void prepare(const Config& config, Log& log) {
    Database database(config.database);
    Migrations(database, config.database.migrations).apply([&log](const std::string& step) { log.info(step); });
    loadOrCreateKey(config.auth.keyFile);
}

}  // namespace

int serve(const CommandLine& line) {
    // Before an upgrade can put another file there: the name of one that was replaced is lost.
    const std::string binary = ownBinary();
    const ManagerSignals signals;  // before any thread, and opening the database makes one
    const Config config = loadConfig(line.config);
    Log log(config.log, "manager");
    for (const auto& text : warnOfSecrets(line.config.overrides, looksSecret)) log.warning(text);
    prepare(config, log);
    Manager(config, workerProgram(binary, line.config, config), signals, log).run();
    return EXIT_SUCCESS;
}

}  // namespace aiproject
