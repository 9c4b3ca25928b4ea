#include "auth/credential.h"
#include "base/error.h"
#include "billing/spool.h"
#include "commands/command_line.h"
#include "config/config_keys.h"
#include "config/database_url.h"
#include "config/overrides.h"
#include "host/model_registry.h"
#include "observe/log.h"
#include "store/database.h"
#include "store/migrations.h"

#include <algorithm>
#include <iostream>

namespace aiproject {
namespace {

class Report {
public:
    explicit Report(std::ostream& out) : out_(out) {}

    void error(const std::string& text) {
        out_ << "error: " << text << "\n";
        ++errors_;
    }
    void warning(const std::string& text) { out_ << "warning: " << text << "\n"; }

    void take(const Findings& findings) {
        for (const Finding& finding : findings) {
            if (finding.severity == Severity::error) error(finding.text);
            if (finding.severity == Severity::warning) warning(finding.text);
        }
    }

    int end() const {
        if (errors_ == 0) out_ << "all is well\n";
        return errors_ == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }

private:
    std::ostream& out_;
    int errors_ = 0;
};

// model.NAME.SETTING: its plugin says whether it is a secret. Where there is no such plugin, the name does.
bool isSecret(const ModelRegistry& models, const std::string& key) {
    const auto dot = key.find('.', std::strlen("model."));
    const Model* model =
        key.compare(0, 6, "model.") == 0 && dot != std::string::npos ? models.find(key.substr(6, dot - 6)) : nullptr;
    if (!model) return looksSecret(key);
    const ModelPlugin& plugin = model->plugin->descriptor();
    return std::any_of(plugin.settings, plugin.settings + plugin.settingCount, [&](const Setting& setting) {
        return setting.secrecy == Secrecy::secret && key.substr(dot + 1) == setting.name;
    });
}

void checkKey(const Config& config, Report& report) {
    try {
        loadKey(config.auth.keyFile);
    } catch (const std::exception& e) {
        report.warning(describe(e));
    }
}

void checkSpool(const Config& config, Report& report) {
    const std::string fault = faultOfSpool(config.billing.spoolDir);
    if (!fault.empty())
        report.warning("billing.spool_dir: " + fault +
                       "; bills would be lost with a worker while the database is away");
}

void checkDatabase(const Config& config, Report& report) {
    try {
        Database database(config.database, DatabaseUse::look);
        if (!database.exists())
            return report.warning("database.url: " + shownDatabaseUrl(config.database.url) +
                                  " does not exist yet; `aiproject migrate` or `aiproject serve` makes it");
        for (const auto& name : Migrations(database, config.database.migrations).pending())
            report.warning("database.url: lacks " + name + "; `aiproject migrate` or `aiproject serve` applies it");
    } catch (const std::exception& e) {
        report.error("database.url: " + describe(e));
    }
}

}  // namespace

int check(const CommandLine& line) {
    const ConfigReading reading = readConfig(line.config);
    if (line.printConfig) std::cout << printed(reading.config);
    Report report(line.printConfig ? std::cerr : std::cout);  // what is printed can be the next configuration file
    for (const auto& text : reading.errors) report.error(text);
    for (const auto& text : reading.warnings) report.warning(text);
    const ModelRegistry registry(reading.config, {"*"}, PluginSnapshot::ownOrInherited(reading.config));
    report.take(registry.findings());
    report.take(registry.unknownNames());
    for (const auto& text :
         warnOfSecrets(line.config.overrides, [&](const std::string& key) { return isSecret(registry, key); }))
        report.warning(text);
    if (!canWriteLog(reading.config.log)) report.error("log.file: " + reading.config.log.file + " cannot be written");
    checkDatabase(reading.config, report);
    checkKey(reading.config, report);
    checkSpool(reading.config, report);
    return report.end();
}

}  // namespace aiproject
