// How the registry makes one model, or one of its accounts.
#include "base/error.h"
#include "host/kind_names.h"
#include "host/model_registry.h"
#include "host/plugin_trial.h"

#include <Poco/String.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

namespace aiproject {
namespace {

// Of the first key of an account, what tells it from the others.
void noteKeyEnd(const PluginLibrary& plugin, const PluginSettings& settings, ModelRow& row) {
    constexpr std::size_t shortest = 16;  // of which the end may be shown
    for (const Setting& setting : settingsOf(plugin.descriptor())) {
        const std::string_view key = settings.text(setting.name);
        if (setting.secrecy != Secrecy::secret || key.size() < shortest) continue;
        std::array<char, sizeof(std::uint32_t)> end{};
        key.copy(end.data(), end.size(), key.size() - end.size());
        std::uint32_t packed = 0;
        std::memcpy(&packed, end.data(), sizeof packed);
        row.keyEnd = packed;
        return;
    }
}

void tellWords(Board& board, const Model& model) {
    const std::vector<std::string> kinds = kindNamesOf(model.kinds);
    board.tellWords(model.row, {Poco::cat(std::string(" "), kinds.begin(), kinds.end()), model.origin});
}

}  // namespace

void ModelRegistry::make(const std::string& name) {
    const PluginLibrary* plugin = pluginOf(name);
    if (!plugin) return;
    const auto configured = config_.models.find(name);
    const UpstreamAccounts accounts =
        accountsIn(name, configured == config_.models.end() ? WrittenSettings{} : configured->second.settings);
    for (const Finding& error : accounts.errors) lose(name, error.text);
    for (const UpstreamAccount& account : accounts.all) make(name, *plugin, account);
}

void ModelRegistry::make(const std::string& name, const PluginLibrary& plugin, const UpstreamAccount& account) {
    const auto configured = config_.models.find(name);
    const PluginSettings settings(plugin.descriptor(), account.keyPrefixOf(name), account.settings);
    const int calls = configured == config_.models.end() ? -1 : configured->second.calls;
    Model model;
    model.name = name;
    model.account = account.name;
    model.plugin = &plugin;
    model.calls = calls < 0 ? config_.limits.modelCalls : calls;
    model.weight = account.weight;
    if (settings.usable()) {
        model.longestAnswer = settings.integer("max_tokens");
        model.abilities = settings.abilities();
        add(model, settings);
    }
    tell(name, plugin, settings);
}

// What came with the package and nobody has asked for is no error, but whoever has just dropped a plugin into the
// folder must hear what it waits for.
void ModelRegistry::tell(const std::string& name, const PluginLibrary& plugin, const PluginSettings& settings) {
    const bool isConfigured = config_.models.count(name) > 0;
    const bool isAskedFor =
        isConfigured || isRouted(name) || std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
    const std::vector<std::string>& missing = settings.missing();
    if (!isAskedFor && !missing.empty()) {
        std::string lines;
        for (const auto& key : missing) lines += (lines.empty() ? "" : ", ") + key + " = ...";
        const std::string text = "plugin " + plugin.name() + " does not serve: it is not set up; write " + lines;
        absent_.emplace(name, text);
        findings_.push_back({Severity::warning, text});
        return;
    }
    for (const Finding& finding : settings.findings()) {
        const Severity severity = isAskedFor ? finding.severity : std::min(finding.severity, Severity::warning);
        const bool isTold = isConfigured && settings.isAbout(finding, config_.models.at(name).unread);
        if (finding.severity == Severity::error) absent_.emplace(name, finding.text);
        if (!isTold) findings_.push_back({severity, finding.text});
    }
}

void ModelRegistry::add(Model model, const PluginSettings& settings) {
    model.generation = rows_.generation;
    if (rows_.board) {
        model.row = rows_.board->rowOfModel(model.label(), model.plugin->name());
        if (model.row == kNobody)
            return lose(model.name, "model." + model.name + ": a pool has room for " + std::to_string(kMostModels) +
                                        " models since its start; restart aiproject serve");
        model.shared = &rows_.board->model(model.row);
        if (!model.account.empty()) noteKeyEnd(*model.plugin, settings, *model.shared);
    }
    // One in quarantine is not even made: a thread that create() starts may be what crashes.
    if (!model.shared || model.shared->quarantinedIn != model.generation) {
        IModel* const instance = created(model, settings);
        if (!instance) return;
        model.instance = {instance, [](IModel* made) { made->destroy(); }};
        model.abilities = settings.abilities();  // create() may have narrowed them
    }
    model.kinds = settings.kinds();  // likewise; of one that is not made, all that its plugin has
    const auto configured = config_.models.find(model.name);
    const bool isSaid = configured != config_.models.end() && !configured->second.origin.empty();
    model.origin = isSaid ? configured->second.origin : settings.originText();
    if (model.shared) tellWords(*rows_.board, model);
    models_.emplace(model.label(), model);
}

IModel* ModelRegistry::created(const Model& model, const PluginSettings& settings) {
    const std::string& name = model.name;
    const PluginLibrary& plugin = *model.plugin;
    const auto create = plugin.descriptor().create;
    const std::string what = "model." + model.label() + ": create() of plugin " + plugin.name();
    try {
        // Only tried there: it may start threads, and those belong to this process.
        attempt(what, [&] { create(settings); });
        attempt("model." + model.label() + ": destroy() of what create() of plugin " + plugin.name() + " has made",
                [&] {
                    if (IModel* const made = create(settings)) made->destroy();
                });
        const pid_t process = getpid();
        IModel* const instance = create(settings);
        if (getpid() != process) _exit(EXIT_FAILURE);  // it has forked; this is not the worker
        const std::string fault = faultOfMade(instance != nullptr, settings);
        if (fault.empty()) return instance;
        if (instance) instance->destroy();
        lose(name, what + " " + fault, plugin.name());
        return nullptr;
    } catch (const NoTrial&) {
        throw;
    } catch (const std::exception& e) {
        lose(name, describe(e), plugin.name());
        return nullptr;
    }
}

}  // namespace aiproject
