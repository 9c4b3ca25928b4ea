#include "commands/account_database.h"

#include "store/migrations.h"

#include <stdexcept>

namespace aiproject {

AccountDatabase::AccountDatabase(const CommandLine& line, DatabaseUse use)
    : config(loadConfig(line.config)), database(config.database, use) {
    const std::string from = config.source.empty() ? "" : " of " + config.source;
    if (!database.exists())
        throw std::runtime_error("the database" + from + " does not exist yet; run `aiproject migrate`");
    const auto pending = Migrations(database, config.database.migrations).pending();
    if (!pending.empty())
        throw std::runtime_error("the database" + from + " lacks " + pending.front() + "; run `aiproject migrate`");
}

}  // namespace aiproject
