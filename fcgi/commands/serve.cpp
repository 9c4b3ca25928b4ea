#include "auth/credential.h"
#include "auth/look_alikes.h"
#include "auth/uuid_hashes.h"
#include "commands/command_line.h"
#include "commands/core_dumps.h"
#include "commands/release.h"
#include "config/install_layout.h"
#include "config/overrides.h"
#include "config/secrets.h"
#include "config/spending.h"
#include "config/trusted_files.h"
#include "manager/manager.h"
#include "store/database.h"
#include "store/migrations.h"

#include <iostream>

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

// For another program, in whose process this one is: an upgrade has replaced its file, or this one's own successor
// could not serve.
int goOn(const CommandLine& line, Handover handed, const ManagerSignals& signals) {
    const GenerationSource source{handed.path, line.config, release()};
    const bool isBack = handed.role == Handover::Role::back;
    Generation generation = makeGeneration(source, isBack ? handed.serving : handed.candidate);
    if (handed.role == Handover::Role::rehearsal) {
        std::cout << kUnderstood << std::endl;
        return EXIT_SUCCESS;
    }
    forbidCoreDumps(generation.config);
    Log log(generation.config.log, "manager");
    log.hide(secretsOf(generation.config));
    Manager(source, std::move(handed), std::move(generation), signals, log).run();
    return EXIT_SUCCESS;
}

}  // namespace

int serve(const CommandLine& line) {
    // Before an upgrade can put another file there: the name of one that was replaced is lost.
    const std::string binary = ownBinary();
    const ManagerSignals signals;  // before any thread, and opening the database makes one
    if (auto handed = inheritedHandover()) return goOn(line, std::move(*handed), signals);
    const GenerationSource source{binary, line.config, release()};
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
