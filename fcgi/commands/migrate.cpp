#include "auth/credential.h"
#include "auth/look_alikes.h"
#include "auth/uuid_hashes.h"
#include "commands/command_line.h"
#include "commands/output.h"
#include "config/database_url.h"
#include "store/database.h"
#include "store/migrations.h"

#include <iostream>

namespace aiproject {

int migrate(const CommandLine& line) {
    const Config config = loadConfig(line.config, ConfigUse::accounts);
    Database database(config.database);
    const Migrations migrations(database, config.database.migrations);
    Poco::JSON::Array applied;
    migrations.apply([&](const std::string& file) {
        applied.add(file);
        if (!line.json) std::cout << "applied " << file << std::endl;
    });
    // Also where nothing was applied: one that was killed may have left some.
    if (migrations.hasFile(LookAlikes::kMigration)) LookAlikes(database).complete();
    const CredentialKey key = loadOrCreateKey(config.auth.keyFile);
    if (migrations.hasFile(UuidHashes::kMigration)) UuidHashes::complete(database, key);
    if (line.json) {
        Poco::JSON::Object object = jsonObject();
        object.set("database", shownDatabaseUrl(config.database.url));
        object.set("applied", applied);
        object.set("key_file", config.auth.keyFile);
        return printJson(object), EXIT_SUCCESS;
    }
    std::cout << "database " << shownDatabaseUrl(config.database.url) << " is up to date\n"
              << "key file " << config.auth.keyFile << " is in place; keep a copy of it\n";
    return EXIT_SUCCESS;
}

}  // namespace aiproject
