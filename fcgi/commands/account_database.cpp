#include "commands/account_database.h"

#include "store/migrations.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr std::chrono::milliseconds kReportTime{120'000};  // over all rows of the ledger, and no request waits for it

DatabaseConfig patientFor(DatabaseUse use, DatabaseConfig config) {
    if (use == DatabaseUse::look) config.timeout = std::max(config.timeout, kReportTime);
    return config;
}

}  // namespace

AccountDatabase::AccountDatabase(const CommandLine& line, DatabaseUse use)
    : config(loadConfig(line.config, ConfigUse::accounts)), database(patientFor(use, config.database), use) {
    // A command that changes something says how that ended, and may undo it, also where nobody reads its output.
    if (use == DatabaseUse::serve) std::signal(SIGPIPE, SIG_IGN);
    const std::string from = config.source.empty() ? "" : " of " + config.source;
    if (!database.exists())
        throw std::runtime_error("the database" + from + " does not exist yet; run `aiproject migrate`");
    const auto pending = Migrations(database, config.database.migrations).pending();
    if (!pending.empty())
        throw std::runtime_error("the database" + from + " lacks " + pending.front() + "; run `aiproject migrate`");
}

}  // namespace aiproject
