#include "store/backup.h"

#include "commands/command_line.h"
#include "commands/managed.h"
#include "commands/output.h"
#include "store/database.h"
#include "store/migrations.h"

#include <filesystem>
#include <iostream>

namespace aiproject {
namespace {

// The database's own lock tells of workers; this names the culprit, also before its workers have opened anything.
bool isServed(const CommandLine& line) {
    try {
        const ManagerLink link = managerOf(line);
        return true;
    } catch (const ManagerLink::Late&) {  // it hangs, and its workers serve
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

int backup(const CommandLine& line) {
    const Config config = loadConfig(line.config, ConfigUse::accounts);
    const std::string& file = line.arguments.at(0);
    const std::uint64_t bytes = backUp(config.database, file, line.has("force") ? Existing::replace : Existing::refuse);
    if (line.json) {
        Poco::JSON::Object object = jsonObject();
        object.set("file", file);
        object.set("bytes", bytes);
        object.set("key_file", config.auth.keyFile);
        return printJson(object), EXIT_SUCCESS;
    }
    std::cout << file << " has the database, " << bytes << " bytes\n"
              << "the key file " << config.auth.keyFile << " is not in it: keep a copy of that apart, because without "
              << "it every uuid changes\n";
    return EXIT_SUCCESS;
}

int restore(const CommandLine& line) {
    const Config config = loadConfig(line.config, ConfigUse::accounts);
    const std::string& file = line.arguments.at(0);
    copiedFileOf(config.database);  // what cannot be restored at all is said first
    if (isServed(line))
        throw std::runtime_error("aiproject serve runs with this configuration; aiproject stop ends it, then restore");
    const std::string kept = restore(config.database, file);

    Database database(config.database, DatabaseUse::look);
    const bool isCurrent = Migrations(database, config.database.migrations).isCurrent();
    const bool hasKey = std::filesystem::exists(config.auth.keyFile);
    if (line.json) {
        Poco::JSON::Object object = jsonObject();
        object.set("kept", kept);
        object.set("current", isCurrent);
        object.set("key_file_exists", hasKey);
        return printJson(object), EXIT_SUCCESS;
    }
    std::cout << "the database is that of " << file << " again\n";
    if (!kept.empty()) std::cout << "what it was before is in " << kept << "\n";
    if (!isCurrent) std::cout << "it is of an older release: aiproject migrate brings it up to date, and serve does\n";
    std::cout << "everybody logs in again: every uuid has ended\n";
    if (!hasKey)
        std::cout << "the key file " << config.auth.keyFile << " is missing: put the one of that time back, because "
                  << "models know users by what is derived from it\n";
    return EXIT_SUCCESS;
}

}  // namespace aiproject
