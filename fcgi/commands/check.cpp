#include "auth/credential.h"
#include "base/error.h"
#include "base/utf8.h"
#include "billing/spool.h"
#include "commands/command_line.h"
#include "commands/output.h"
#include "config/config_keys.h"
#include "config/database_url.h"
#include "config/overrides.h"
#include "config/spending.h"
#include "config/trusted_files.h"
#include "host/model_registry.h"
#include "manager/listening_socket.h"
#include "observe/log.h"
#include "store/database.h"
#include "store/migrations.h"
#include "store/write_trial.h"

#include <algorithm>
#include <iostream>

namespace aiproject {
namespace {

class Report {
public:
    void error(const std::string& text) { take({{Severity::error, text}}); }
    void warning(const std::string& text) { take({{Severity::warning, text}}); }
    // Each once: what a plugin's folder is refused for, its snapshot says too.
    void take(const Findings& findings) {
        for (const Finding& finding : findings) {
            const auto isSame = [&](const Finding& told) { return told.text == finding.text; };
            if (std::none_of(found_.begin(), found_.end(), isSame)) found_.push_back(finding);
        }
    }

    bool hasErrors() const { return !textsOf(Severity::error).empty(); }

    void print(std::ostream& out) const {
        for (const Finding& finding : found_) {
            if (finding.severity == Severity::error) out << "error: " << printable(finding.text) << "\n";
            if (finding.severity == Severity::warning) out << "warning: " << printable(finding.text) << "\n";
        }
        if (!hasErrors()) out << (textsOf(Severity::warning).empty() ? "all is well\n" : "no errors\n");
    }
    void printAsJson() const {
        Poco::JSON::Object object = jsonObject();
        object.set("errors", textsOf(Severity::error));
        object.set("warnings", textsOf(Severity::warning));
        Poco::JSON::Array bad;
        for (const Finding& finding : found_) {
            if (finding.severity != Severity::error || finding.plugin.empty()) continue;
            Poco::JSON::Object one = jsonObject();
            one.set("plugin", finding.plugin);
            one.set("error", finding.text);
            bad.add(one);
        }
        object.set("bad_plugins", bad);
        printJson(object);
    }

private:
    Poco::JSON::Array textsOf(Severity severity) const {
        Poco::JSON::Array texts;
        for (const Finding& finding : found_)
            if (finding.severity == severity) texts.add(finding.text);
        return texts;
    }

    Findings found_;
};

// model.NAME.SETTING: its plugin says whether it is a secret. Where there is no such plugin, the name does.
bool isSecret(const ModelRegistry& models, const std::string& key) {
    const auto dot = key.find('.', std::strlen("model."));
    const Model* model =
        key.compare(0, 6, "model.") == 0 && dot != std::string::npos ? models.find(key.substr(6, dot - 6)) : nullptr;
    if (!model) return looksSecret(key);
    const std::vector<Setting> settings = settingsOf(model->plugin->descriptor());
    return std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) {
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
        const auto pending = Migrations(database, config.database.migrations).pending();
        for (const auto& name : pending)
            report.warning("database.url: lacks " + name + "; `aiproject migrate` or `aiproject serve` applies it");
        if (pending.empty())
            for (const auto& text : missingRights(config.database)) report.error("database.url: " + text);
    } catch (const std::exception& e) {
        report.error("database.url: " + describe(e));
    }
}

}  // namespace

int check(const CommandLine& line) {
    if (line.json && line.printConfig)
        throw NotUnderstood("--json and --print-config cannot be used together; write one of them");
    const ConfigReading reading = readConfig(line.config);
    if (line.printConfig) std::cout << printed(reading.config);
    Report report;
    for (const auto& text : reading.errors) report.error(text);
    for (const auto& text : reading.warnings) report.warning(text);
    for (const auto& text : faultsOfFiles(reading.config)) report.error(text);
    for (const auto& text : faultsOfLog(reading.config)) report.warning(text);
    for (const auto& text : warnOfSpending(reading.config)) report.warning(text);
    const ModelRegistry registry(reading.config, {"*"}, PluginSnapshot::ownOrInherited(reading.config));
    report.take(registry.findings());
    report.take(registry.unknownNames());
    for (const auto& text :
         warnOfSecrets(line.config.overrides, [&](const std::string& key) { return isSecret(registry, key); }))
        report.warning(text);
    if (!canWriteLog(reading.config.log)) report.error("log.file: " + reading.config.log.file + " cannot be written");
    for (const auto& [name, pool] : reading.config.pools)
        if (const std::string warning = warningOfBacklog(pool.backlog); !warning.empty())
            report.warning("pool." + name + ".backlog: " + warning);
    checkDatabase(reading.config, report);
    checkKey(reading.config, report);
    checkSpool(reading.config, report);
    if (line.json)
        report.printAsJson();
    else
        report.print(line.printConfig ? std::cerr : std::cout);  // what is printed can be the next configuration file
    endWithoutPlugins(report.hasErrors() ? EXIT_FAILURE : EXIT_SUCCESS);
}

}  // namespace aiproject
