#include "host/model_registry.h"

#include "base/error.h"
#include "config/name_rule.h"
#include "host/plugin_trial.h"
#include "pool/crash_report.h"

#include <Poco/String.h>

#include <sys/time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace aiproject {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Whose file could not be copied: "plugin FOLDER/NAME.so: ..."; empty: the error is of something else.
std::string pluginIn(const std::string& error) {
    const std::string begin = "plugin ", end = ".so: ";
    const auto at = error.find(end);
    if (error.compare(0, begin.size(), begin) != 0 || at == std::string::npos) return {};
    return std::filesystem::path(error.substr(begin.size(), at - begin.size())).filename();
}

// SIGALRM ends the worker then, and its mark blames the plugin. 0: not at all.
void setAlarm(std::chrono::milliseconds limit) {
    itimerval timer{};
    timer.it_value = {limit.count() / 1000, (limit.count() % 1000) * 1000};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

template <class Names>
std::string listed(const Names& names) {
    return names.empty() ? "none" : Poco::cat(std::string(", "), names.begin(), names.end());
}

}  // namespace

ModelRegistry::ModelRegistry(const Config& config, const std::vector<std::string>& wanted, const PluginSnapshot& files,
                             const ModelRows& rows)
    : config_(config), wanted_(wanted), rows_(rows) {
    for (const std::string& error : files.errors()) pluginNames_.insert(pluginIn(error));
    for (const PluginFile& file : files.files()) pluginNames_.insert(file.path.stem());
    if (wanted_.empty()) return;
    try {
        tryInChild("a plugin", [&] {
            build(files);
            accounts_.clear();
            models_.clear();  // destroy() as well
        });
    } catch (const NoTrial&) {
        throw;
    } catch (const std::exception&) {  // which one, and in what, will show
        isWary_ = true;
    }
    build(files);
}

void ModelRegistry::build(const PluginSnapshot& files) {
    for (const std::string& error : files.errors()) lose(pluginIn(error), error, pluginIn(error));
    for (const PluginFile& file : files.files()) load(file);
    makeModels();
    for (const auto& [label, model] : models_) accounts_[model.name].push_back(&model);
}

void ModelRegistry::attempt(const std::string& what, const std::function<void()>& work) const {
    if (isWary_) tryInChild(what, work);
}

void ModelRegistry::load(const PluginFile& file) {
    const std::string name = file.path.stem(), plugin = "plugin " + file.path.string() + ": ";
    if (!isNeeded(name)) return;  // a pool opens no plugin that it does not serve
    if (!isName(name))
        return lose(name, plugin + "its name is also its path, so it has only letters, digits, '_' and '-'", name);
    if (const PluginLibrary* other = pluginNamed(name))
        return fail(plugin + "the name " + name + " is taken by " + other->file().string(), name);
    try {
        attempt(plugin + "opening it", [&] { const PluginLibrary tried(file.path, file.copy.get()); });
        plugins_.push_back(std::make_unique<PluginLibrary>(file.path, file.copy.get()));
        if (plugins_.back()->isInPlace())
            findings_.push_back({Severity::note, plugin + "is used in place; replace it by renaming another file to "
                                                          "its name, not by writing into it"});
    } catch (const NoTrial&) {
        throw;
    } catch (const std::exception& e) {
        lose(name, describe(e), name);
    }
}

void ModelRegistry::lose(const std::string& model, const std::string& text, const std::string& plugin) {
    fail(text, plugin);
    if (!model.empty()) absent_.emplace(model, text);
}

const std::string* ModelRegistry::whyAbsent(const std::string& name) const {
    const auto found = absent_.find(name);
    return found == absent_.end() || find(name) ? nullptr : &found->second;
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
    return contains(routes.text, name) || contains(routes.voice, name) || contains(routes.picture, name) ||
           contains(routes.speech, name);
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
    if (configured != config_.models.end() && configured->second.unread.count("plugin") > 0) return nullptr;
    const std::string written = configured == config_.models.end() ? "" : configured->second.plugin;
    const std::string wantedName = written.empty() ? modelName : written;
    if (wantedName != modelName && pluginNamed(modelName)) {
        lose(modelName,
             "model." + modelName + ".plugin: " + modelName + " is the name of a plugin; give the model another name");
        return nullptr;
    }
    const PluginLibrary* plugin = pluginNamed(wantedName);
    if (plugin) return plugin;
    std::vector<std::string> names;
    for (const auto& loaded : plugins_) names.push_back(loaded->name());
    lose(modelName,
         "model." + modelName + ".plugin: no plugin " + wantedName + " is loaded; there are: " + listed(names));
    return nullptr;
}

void ModelRegistry::start(std::chrono::milliseconds limit) const {
    for (const auto& [name, model] : models_) {
        if (!model.instance) continue;
        const PluginStart starting(model.row);
        setAlarm(limit);
        model.instance->start();
        setAlarm({});
    }
}

const Model* ModelRegistry::find(const std::string& name) const {
    const std::vector<const Model*>& accounts = accountsOf(name);
    return accounts.empty() ? nullptr : accounts.front();
}

const std::vector<const Model*>& ModelRegistry::accountsOf(const std::string& name) const {
    static const std::vector<const Model*> none;
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? none : found->second;
}

int ModelRegistry::callsOf(const Model& model) const noexcept {
    return rows_.board ? rows_.board->callsOf(model.row) : 0;
}

std::vector<std::string> ModelRegistry::secrets() const {
    std::vector<std::string> values;
    for (const auto& [name, configured] : config_.models) {
        const PluginLibrary* const plugin = pluginNamed(configured.plugin.empty() ? name : configured.plugin);
        if (!plugin) continue;
        for (const Setting& setting : settingsOf(plugin->descriptor())) {
            if (setting.secrecy != Secrecy::secret) continue;
            for (const auto& [written, value] : configured.settings)
                if (settingIn(written) == setting.name) values.push_back(value);
        }
    }
    return values;
}

Findings ModelRegistry::unknownNames() const {
    std::set<std::string> known;
    for (const auto& plugin : plugins_) known.insert(plugin->name());
    for (const auto& model : config_.models) known.insert(model.first);
    Findings findings;
    std::set<std::string> told;
    const auto check = [&](const std::string& key, const std::vector<std::string>& names) {
        for (const auto& name : names)
            if (name != "*" && known.count(name) == 0 && told.count(name) == 0)
                findings.push_back(
                    {Severity::error, key + ": there is no model " + name + "; there are: " + listed(known)});
    };
    check("route.text", config_.routes.text);
    check("route.voice", config_.routes.voice);
    check("route.picture", config_.routes.picture);
    check("route.speech", config_.routes.speech);
    for (const std::string& alias : config_.routes.aliases) {
        const std::string target = alias.substr(std::min(alias.find('='), alias.size() - 1) + 1);
        if (target.empty() || alias[0] == '=')
            findings.push_back({Severity::error, "route.aliases: '" + alias + "' is not NAME=MODEL"});
        else if (target != "text" && target != "voice" && target != "picture" && target != "speech")
            check("route.aliases", {target});
    }
    // The pool media has them from its routes, which have just said it.
    for (const auto& names : {config_.routes.voice, config_.routes.picture}) told.insert(names.begin(), names.end());
    for (const auto& pool : config_.pools) check("pool." + pool.first + ".models", pool.second.models);
    return findings;
}

}  // namespace aiproject
