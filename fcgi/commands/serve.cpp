#include "auth/credential.h"
#include "auth/look_alikes.h"
#include "auth/uuid_hashes.h"
#include "commands/command_line.h"
#include "commands/core_dumps.h"
#include "config/install_layout.h"
#include "config/overrides.h"
#include "config/secrets.h"
#include "config/spending.h"
#include "config/trusted_files.h"
#include "manager/manager.h"
#include "store/database.h"
#include "store/migrations.h"

namespace aiproject {
namespace {

// The database file and the key are this host's own, so nobody else will make them.
void prepare(const Config& config, Log& log) {
    Database database(config.database);
    Migrations(database, config.database.migrations).apply([&](const std::string& file) {
        log.info("applied " + file);
    });
    LookAlikes(database).complete();  // always: one that was killed may have left some
    UuidHashes::complete(database, loadOrCreateKey(config.auth.keyFile));
}

}  // namespace

int serve(const CommandLine& line) {
    // Before an upgrade can put another file there: the name of one that was replaced is lost.
    const std::string binary = ownBinary();
    const ManagerSignals signals;  // before any thread, and opening the database makes one
    const GenerationSource source{binary, line.config};
    Generation first = makeGeneration(source, 1);
    requireTrustedFiles(first.config);  // before anything of it is opened or made
    forbidCoreDumps(first.config);
    Log log(first.config.log, "manager");
    log.hide(secretsOf(first.config));
    for (const auto& text : warnOfSecrets(line.config.overrides, looksSecret)) log.warning(text);
    for (const auto& text : warnOfSpending(first.config)) log.warning(text);
    prepare(first.config, log);
    Manager(source, std::move(first), signals, log).run();
    return EXIT_SUCCESS;
}

}  // namespace aiproject
