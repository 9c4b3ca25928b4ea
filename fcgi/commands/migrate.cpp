#include "auth/credential.h"
#include "commands/command_line.h"
#include "config/database_url.h"
#include "store/database.h"
#include "store/migrations.h"

#include <iostream>

namespace aiproject {

int migrate(const CommandLine& line) {
    const Config config = loadConfig(line.config);
    Database database(config.database);
    const Migrations migrations(database, config.database.migrations);
    migrations.apply([](const std::string& step) { std::cout << step << std::endl; });
    loadOrCreateKey(config.auth.keyFile);
    std::cout << "database " << shownDatabaseUrl(config.database.url) << " is up to date\n"
              << "key file " << config.auth.keyFile << " is in place; keep a copy of it\n";
    return EXIT_SUCCESS;
}

}  // namespace aiproject
