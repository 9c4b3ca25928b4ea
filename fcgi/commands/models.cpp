#include "base/utf8.h"
#include "commands/command_line.h"
#include "commands/output.h"
#include "host/model_registry.h"
#include "host/plugin_settings.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <iostream>

namespace aiproject {
namespace {

std::vector<std::string> kindsOf(std::uint32_t kinds) {
    std::vector<std::string> names;
    const std::pair<Kind, const char*> all[] = {{Kind::text, "text"},
                                                {Kind::voice, "voice"},
                                                {Kind::picture, "picture"},
                                                {Kind::embedding, "embedding"},
                                                {Kind::speech, "speech"}};
    for (const auto& [kind, name] : all)
        if (kinds & std::uint32_t(kind)) names.emplace_back(name);
    return names;
}

std::string contractOf(const ModelPlugin& plugin) {
    return std::to_string(plugin.contractMajor) + "." + std::to_string(plugin.contractMinor);
}

std::string writtenValue(const Config& config, const Model& model, const Setting& setting) {
    const auto configured = config.models.find(model.name);
    if (configured == config.models.end()) return {};
    for (const UpstreamAccount& account : accountsIn(model.name, configured->second.settings).all) {
        const auto value = account.settings.find(setting.name);
        if (account.name != model.account || value == account.settings.end()) continue;
        return setting.secrecy == Secrecy::secret ? "(set)" : value->second;
    }
    return {};
}

Poco::JSON::Object describe(const Config& config, const Model& model, const Setting& setting) {
    Poco::JSON::Object object;
    object.set("name", std::string(setting.name));
    object.set("allowed", allowedValues(setting));
    object.set("help", std::string(setting.help));
    object.set("secret", setting.secrecy == Secrecy::secret);
    object.set("required", setting.defaultValue == nullptr);
    if (setting.defaultValue) object.set("default", std::string(setting.defaultValue));
    const std::string written = writtenValue(config, model, setting);
    if (!written.empty()) object.set("value", written);
    return object;
}

Poco::JSON::Object describe(const Config& config, const Model& model) {
    const ModelPlugin& plugin = model.plugin->descriptor();
    Poco::JSON::Array settings, kinds;
    for (const Setting& setting : settingsOf(plugin)) settings.add(describe(config, model, setting));
    for (const auto& kind : kindsOf(model.kinds)) kinds.add(kind);
    Poco::JSON::Object object;
    object.set("name", model.name);
    if (!model.account.empty()) object.set("account", model.account);
    object.set("plugin", model.plugin->name());
    object.set("file", model.plugin->file().string());
    object.set("version", std::string(plugin.version));
    object.set("summary", std::string(plugin.summary));
    object.set("contract", contractOf(plugin));
    object.set("kinds", kinds);
    object.set("settings", settings);
    return object;
}

void printText(const Config& config, const Model& model) {
    const ModelPlugin& plugin = model.plugin->descriptor();
    std::cout << model.label() << "  " << printable(plugin.summary) << "\n  plugin " << model.plugin->name() << " "
              << printable(plugin.version) << ", contract " << contractOf(plugin) << ", from "
              << model.plugin->file().string() << "\n  kinds";
    for (const auto& kind : kindsOf(model.kinds)) std::cout << " " << kind;
    std::cout << "\n";
    for (const Setting& setting : settingsOf(plugin)) {
        const std::string written = writtenValue(config, model, setting);
        std::cout << "  " << UpstreamAccount{model.account}.keyPrefixOf(model.name) << "." << setting.name << " = ";
        if (!written.empty())
            std::cout << written;
        else if (setting.defaultValue)
            std::cout << setting.defaultValue << " (default)";
        std::cout << "\n      " << printable(setting.help) << " (" << allowedValues(setting) << ")\n";
    }
}

}  // namespace

int models(const CommandLine& line) {
    const Config config = loadConfig(line.config);
    const ModelRegistry registry(config, {"*"}, PluginSnapshot::take(config));
    Poco::JSON::Array all;
    for (const auto& entry : registry.models()) {
        if (line.json)
            all.add(describe(config, entry.second));
        else
            printText(config, entry.second);
    }
    if (line.json) {
        all.stringify(std::cout, 2);
        std::cout << "\n";
    }
    for (const Finding& finding : registry.findings()) {
        const bool isLoaded = finding.severity == Severity::note;
        std::cerr << (isLoaded ? "note: " : "not loaded: ") << printable(finding.text) << "\n";
    }
    endWithoutPlugins(EXIT_SUCCESS);
}

}  // namespace aiproject
