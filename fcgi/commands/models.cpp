#include "base/utf8.h"
#include "commands/command_line.h"
#include "commands/output.h"
#include "host/kind_names.h"
#include "host/model_description.h"
#include "host/model_registry.h"
#include "host/plugin_settings.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <iostream>

namespace aiproject {
namespace {

void printText(const Config& config, const Model& model) {
    const ModelPlugin& plugin = model.plugin->descriptor();
    std::cout << model.label() << "  " << printable(plugin.summary) << "\n  plugin " << model.plugin->name() << " "
              << printable(plugin.version) << ", contract " << contractOf(plugin) << ", from "
              << model.plugin->file().string() << "\n  kinds";
    for (const auto& kind : kindNamesOf(model.kinds)) std::cout << " " << kind;
    std::cout << "\n  answers come from: " << model.origin << "\n";
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
        if (!line.json) {
            printText(config, entry.second);
            continue;
        }
        Poco::JSON::Object model = describe(config, entry.second);
        model.set("file", entry.second.plugin->file().string());
        all.add(model);
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
