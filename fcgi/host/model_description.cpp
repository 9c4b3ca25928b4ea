#include "host/model_description.h"

#include "host/kind_names.h"
#include "host/plugin_settings.h"
#include "host/upstream_accounts.h"

#include <Poco/JSON/Array.h>

namespace aiproject {

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

namespace {

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

}  // namespace

Poco::JSON::Object describe(const Config& config, const Model& model) {
    const ModelPlugin& plugin = model.plugin->descriptor();
    Poco::JSON::Array settings, kinds;
    for (const Setting& setting : settingsOf(plugin)) settings.add(describe(config, model, setting));
    for (const auto& kind : kindNamesOf(model.kinds)) kinds.add(kind);
    Poco::JSON::Object object;
    object.set("name", model.name);
    if (!model.account.empty()) object.set("account", model.account);
    object.set("plugin", model.plugin->name());
    object.set("version", std::string(plugin.version));
    object.set("summary", std::string(plugin.summary));
    object.set("contract", contractOf(plugin));
    object.set("kinds", kinds);
    object.set("origin", model.origin);
    object.set("settings", settings);
    return object;
}

}  // namespace aiproject
