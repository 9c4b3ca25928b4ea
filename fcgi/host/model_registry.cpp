#include "host/model_registry.h"

#include "base/error.h"
#include "config/install_layout.h"
#include "config/name_rule.h"
#include "host/plugin_settings.h"
#include "host/plugin_trial.h"

#include <Poco/String.h>

#include <algorithm>
#include <set>

namespace aiproject {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Names>
std::string listed(const Names& names) {
    return names.empty() ? "none" : Poco::cat(std::string(", "), names.begin(), names.end());
}

}  // namespace

ModelRegistry::ModelRegistry(const Config& config, const std::vector<std::string>& wanted)
    : config_(config), wanted_(wanted) {
    if (wanted_.empty()) return;
    std::vector<std::string> folders = config.pluginDirs;
    if (folders.empty()) folders.push_back(installedPluginDir());
    for (const auto& folder : folders) loadFolder(folder);
    makeModels();
}

void ModelRegistry::loadFolder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::set<std::filesystem::path> files;  // in a fixed order, whatever the disk says
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (at->path().extension() == ".so") files.insert(at->path());
    if (failed) fail("plugins.dir: " + folder.string() + " cannot be read: " + failed.message());
    for (const auto& file : files) load(file);
}

void ModelRegistry::load(const std::filesystem::path& file) {
    const std::string name = file.stem();
    if (!isNeeded(name)) return;  // a pool opens no plugin that it does not serve
    if (!isName(name)) {
        fail("plugin " + file.string() + ": its name is also its path, so it has only letters, digits, '_' and '-'");
        return;
    }
    if (const PluginLibrary* other = pluginNamed(name)) {
        fail("plugin " + file.string() + ": the name " + name + " is taken by " + other->file().string());
        return;
    }
    try {
        tryPlugin(file);
        plugins_.push_back(std::make_unique<PluginLibrary>(file));
    } catch (const std::exception& e) {
        fail(describe(e));
    }
}

const PluginLibrary* ModelRegistry::pluginNamed(const std::string& name) const {
    const auto found =
        std::find_if(plugins_.begin(), plugins_.end(), [&](const auto& plugin) { return plugin->name() == name; });
    return found == plugins_.end() ? nullptr : found->get();
}

bool ModelRegistry::isWanted(const std::string& name) const {
    return contains(wanted_, "*") || contains(wanted_, name);
}

bool ModelRegistry::isNeeded(const std::string& plugin) const {
    if (isWanted(plugin)) return true;
    const auto makes = [&](const auto& model) { return isWanted(model.first) && model.second.plugin == plugin; };
    return std::any_of(config_.models.begin(), config_.models.end(), makes);
}

bool ModelRegistry::isRouted(const std::string& name) const {
    const RouteConfig& routes = config_.routes;
    return contains(routes.text, name) || contains(routes.voice, name) || contains(routes.picture, name);
}

void ModelRegistry::makeModels() {
    std::set<std::string> names;
    for (const auto& plugin : plugins_) names.insert(plugin->name());
    for (const auto& model : config_.models) names.insert(model.first);
    for (const auto& name : names)
        if (isWanted(name)) make(name);
}

const PluginLibrary* ModelRegistry::pluginOf(const std::string& modelName) {
    const auto configured = config_.models.find(modelName);
    const std::string written = configured == config_.models.end() ? "" : configured->second.plugin;
    const std::string wantedName = written.empty() ? modelName : written;
    if (wantedName != modelName && pluginNamed(modelName)) {
        fail("model." + modelName + ".plugin: " + modelName + " is the name of a plugin; give the model another name");
        return nullptr;
    }
    const PluginLibrary* plugin = pluginNamed(wantedName);
    if (plugin) return plugin;
    std::vector<std::string> names;
    for (const auto& loaded : plugins_) names.push_back(loaded->name());
    fail("model." + modelName + ".plugin: no plugin " + wantedName + " is loaded; there are: " + listed(names));
    return nullptr;
}

void ModelRegistry::make(const std::string& name) {
    const PluginLibrary* plugin = pluginOf(name);
    if (!plugin) return;
    const auto configured = config_.models.find(name);
    const bool isConfigured = configured != config_.models.end();
    const PluginSettings settings(plugin->descriptor(), "model." + name,
                                  isConfigured ? configured->second.settings : std::map<std::string, std::string>{});
    IModel* instance = settings.usable() ? plugin->descriptor().create(settings) : nullptr;
    if (instance) {
        models_.emplace(name, Model{name, plugin, {instance, [](IModel* model) { model->destroy(); }}});
    } else if (settings.usable()) {
        fail("model." + name + ": create() of plugin " + plugin->name() + " failed and gave no reason");
    }
    // A plugin that came with the package and that nobody has asked for is not an error.
    const bool isAskedFor = isConfigured || isRouted(name) || contains(wanted_, name);
    for (const Finding& finding : settings.findings())
        findings_.push_back({isAskedFor ? finding.severity : Severity::note, finding.text});
}

const Model* ModelRegistry::find(const std::string& name) const {
    const auto found = models_.find(name);
    return found == models_.end() ? nullptr : &found->second;
}

Findings ModelRegistry::unknownNames() const {
    std::set<std::string> known;
    for (const auto& plugin : plugins_) known.insert(plugin->name());
    for (const auto& model : config_.models) known.insert(model.first);
    Findings findings;
    const auto check = [&](const std::string& key, const std::vector<std::string>& names) {
        for (const auto& name : names)
            if (name != "*" && known.count(name) == 0)
                findings.push_back(
                    {Severity::error, key + ": there is no model " + name + "; there are: " + listed(known)});
    };
    check("route.text", config_.routes.text);
    check("route.voice", config_.routes.voice);
    check("route.picture", config_.routes.picture);
    for (const auto& pool : config_.pools) check("pool." + pool.first + ".models", pool.second.models);
    return findings;
}

}  // namespace aiproject
