#include "commands/account_database.h"

#include "store/migrations.h"

#include <algorithm>
#include <stdexcept>

namespace aiproject {

namespace {

Config patient(Config config, std::chrono::milliseconds atLeast) {
    config.database.timeout = std::max(config.database.timeout, atLeast);
    return config;
}

}  // namespace

AccountDatabase::AccountDatabase(const CommandLine& line, DatabaseUse use, std::chrono::milliseconds atLeast)
    : config(patient(loadConfig(line.config), atLeast)), database(config.database, use) {
    const std::string from = config.source.empty() ? "" : " of " + config.source;
    if (!database.exists())
        throw std::runtime_error("the database" + from + " does not exist yet; run `aiproject migrate`");
    const auto pending = Migrations(database, config.database.migrations).pending();
    if (!pending.empty())
        throw std::runtime_error("the database" + from + " lacks " + pending.front() + "; run `aiproject migrate`");
}

}  // namespace aiproject
