#include "config/trusted_files.h"

#include "base/trusted_path.h"
#include "config/config_text.h"
#include "config/database_url.h"
#include "config/install_layout.h"

#include <Poco/String.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <system_error>

namespace aiproject {
namespace {

namespace fs = std::filesystem;

class Faults {
public:
    std::vector<std::string> texts;

    void look(const std::string& key, const fs::path& path, Trust trust) {
        for (const std::string& fault : faultsOfPath(path, trust)) {
            if (!told_.insert(fault.substr(0, fault.find(": "))).second) continue;  // a folder above several of them
            texts.push_back(key + ": " + fault);
        }
    }

    // And what is in it: the names with `part`.
    void lookInto(const std::string& key, const fs::path& folder, const std::string& part) {
        look(key, folder, Trust::code);
        std::error_code failed;
        std::set<fs::path> paths;
        for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
            if (at->path().filename().string().find(part) != std::string::npos) paths.insert(at->path());
        for (const fs::path& path : paths) look(key, path, Trust::code);
    }

private:
    std::set<std::string> told_;
};

void lookAtDatabase(const DatabaseConfig& database, Faults& faults) {
    DatabaseUrl url;
    try {
        url = parsedDatabaseUrl(database.url);
    } catch (const std::exception&) {
        return;  // whoever opens it says so
    }
    const fs::path sql = database.migrations.empty() ? installedSqlDir() : fs::path(database.migrations);
    faults.lookInto("database.migrations", sql / url.dialect, ".sql");
    if (url.file.empty()) return;
    faults.look("database.url", url.file, Trust::data);
    std::error_code failed;
    fs::path file = fs::weakly_canonical(url.file, failed);
    if (failed) file = url.file;
    for (const char* ending : {"-wal", "-shm", "-journal"})  // SQLite believes what stands beside it, beyond all links
        faults.look("database.url", file.string() + ending, Trust::data);
}

// With conf.d also where it does not exist yet: the next reload reads what is in it by then.
void lookAtConfiguration(const std::string& file, Faults& faults) {
    faults.look("the configuration", file, Trust::code);
    faults.look("the configuration", addedFolder(file), Trust::code);
    std::string error;  // is one of reading it
    for (const std::string& added : addedFiles(file, error)) faults.look("the configuration", added, Trust::code);
    // The unit's; without one nothing is missing, and nothing reads one that comes later.
    const fs::path environment = fs::path(file).replace_filename("aiproject.env");
    if (fs::exists(environment)) faults.look("the environment", environment, Trust::code);
}

void lookAtRunFolders(const Config& config, Faults& faults) {
    faults.look("run.dir", config.runDir, Trust::data);
    for (const auto& [name, pool] : config.pools) {
        const fs::path folder = fs::absolute(pool.socket).parent_path();
        faults.look("pool." + name + ".socket", folder, Trust::data);
    }
}

}  // namespace

std::vector<std::string> faultsOfFiles(const Config& config) {
    Faults faults;
    faults.look("the program", ownBinary(), Trust::code);
    if (!config.source.empty()) lookAtConfiguration(config.source, faults);
    for (const std::string& folder : config.pluginDirs) faults.lookInto("plugins.dir", folder, ".so");
    if (config.pluginDirs.empty()) faults.lookInto("plugins.dir", installedPluginDir(), ".so");
    lookAtDatabase(config.database, faults);
    faults.look("auth.key_file", config.auth.keyFile, Trust::data);
    faults.look("billing.spool_dir", config.billing.spoolDir, Trust::data);
    lookAtRunFolders(config, faults);
    return faults.texts;
}

std::vector<std::string> faultsOfLog(const Config& config) {
    Faults faults;
    if (!config.log.file.empty()) faults.look("log.file", config.log.file, Trust::data);
    return faults.texts;
}

void requireTrustedFiles(const Config& config) {
    const std::vector<std::string> faults = faultsOfFiles(config);
    if (!faults.empty())
        throw std::runtime_error("others than root and the user of this service can change what it relies on:\n" +
                                 Poco::cat(std::string("\n"), faults.begin(), faults.end()));
}

}  // namespace aiproject
