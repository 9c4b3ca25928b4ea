// The plugins of the folders and the models made of them. Built once, before the first request, and
// constant from then on. A bad plugin is a finding; the others serve. Built before the first thread,
// because all of it is tried in a forked child first, and each plugin and model in one of its own when that
// child does not come back.
#pragma once

#include "config/config.h"
#include "host/finding.h"
#include "host/plugin_library.h"
#include "host/plugin_settings.h"
#include "host/upstream_accounts.h"
#include "pool/board.h"
#include "pool/plugin_snapshot.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace aiproject {

struct Model {
    std::string name;     // that clients know
    std::string account;  // at the upstream, where it has several; then each of them is a Model
    const PluginLibrary* plugin = nullptr;
    std::shared_ptr<IModel> instance;  // none: it was in quarantine when this worker started
    int calls = 0;                     // in progress in all workers of the pool; 0: no limit
    std::int64_t longestAnswer = 0;    // tokens: its setting max_tokens; 0: it has none
    std::uint64_t abilities = 0;       // mask of Ability
    std::uint32_t kinds = 0;           // mask of Kind
    std::string origin;                // where its answers come from, for people
    int weight = 1;                    // of this account
    int row = kNobody;                 // on the board
    int generation = 1;                // of this worker
    ModelRow* shared = nullptr;        // that row; none without a board

    bool serves(Kind kind) const noexcept { return (kinds & std::uint32_t(kind)) != 0; }
    bool hasAll(std::uint64_t wanted) const noexcept { return (wanted & ~abilities) == 0; }
    bool isQuarantined() const noexcept { return !instance || (shared && shared->quarantinedIn == generation); }
    // With all other models of its plugin, whichever of them was asked.
    std::string whyQuarantined() const {
        return "plugin " + plugin->name() +
               " is quarantined: it has cost workers their lives, and none of its models " +
               "is asked; mend or replace it, then aiproject reload";
    }
    std::string label() const { return account.empty() ? name : name + "/" + account; }
};

// Where the models of a worker have their rows.
struct ModelRows {
    Board* board = nullptr;  // outlives the models
    int generation = 1;      // of the worker
};

class ModelRegistry {
public:
    // `wanted` are model names; "*" stands for all, an empty list loads nothing. The plugins are `files`,
    // which need not live on. Without a board the models are only looked at.
    ModelRegistry(const Config& config, const std::vector<std::string>& wanted, const PluginSnapshot& files,
                  const ModelRows& rows = {});

    // Calls start() of each model. Once, when the process may have threads. One that takes longer than `limit` ends the
    // process by SIGALRM, as its fault.
    void start(std::chrono::milliseconds limit = std::chrono::seconds(5)) const;

    // Why there is no model of that name, though its plugin or the configuration has one; none: neither has.
    const std::string* whyAbsent(const std::string& name) const;
    // Of all plugins that there are, whether this worker opens them or not.
    const std::set<std::string>& pluginNames() const noexcept { return pluginNames_; }
    // Any of its accounts, which differ in nothing that a client sees.
    const Model* find(const std::string& name) const;
    // All of them; the model alone where it has none.
    const std::vector<const Model*>& accountsOf(const std::string& name) const;
    // In progress in all workers of the pool, as far as can be seen without a lock.
    int callsOf(const Model& model) const noexcept;
    // By label.
    const std::map<std::string, Model>& models() const noexcept { return models_; }
    const std::vector<std::unique_ptr<PluginLibrary>>& plugins() const noexcept { return plugins_; }
    const Findings& findings() const noexcept { return findings_; }

    // Routes and pools that name a model which is not there. For `check`: a worker of one pool does
    // not have the models of the others.
    Findings unknownNames() const;
    // The values that the plugins' descriptors call secret; never to be printed or logged.
    std::vector<std::string> secrets() const;

private:
    void build(const PluginSnapshot& files);
    void load(const PluginFile& file);
    // Before it is done in earnest. Throws std::runtime_error.
    void attempt(const std::string& what, const std::function<void()>& work) const;
    void makeModels();
    void make(const std::string& name);
    void make(const std::string& name, const PluginLibrary& plugin, const UpstreamAccount& account);
    IModel* created(const Model& model, const PluginSettings& settings);
    void add(Model model, const PluginSettings& settings);
    const PluginLibrary* pluginOf(const std::string& modelName);
    const PluginLibrary* pluginNamed(const std::string& name) const;
    bool isWanted(const std::string& name) const;
    bool isNeeded(const std::string& plugin) const;
    bool isRouted(const std::string& name) const;
    void fail(const std::string& text, const std::string& plugin = {}) {
        findings_.push_back({Severity::error, text, plugin});
    }
    // The model is absent for that reason.
    void lose(const std::string& model, const std::string& text, const std::string& plugin = {});
    void tell(const std::string& model, const PluginLibrary& plugin, const PluginSettings& settings);

    const Config& config_;
    const std::vector<std::string> wanted_;
    const ModelRows rows_;
    std::set<std::string> pluginNames_;
    bool isWary_ = false;  // of each plugin and model by itself, since not all of them came back
    std::vector<std::unique_ptr<PluginLibrary>> plugins_;
    std::map<std::string, Model> models_;
    std::map<std::string, std::vector<const Model*>> accounts_;  // of models_, by name
    std::map<std::string, std::string> absent_;                  // by model
    Findings findings_;
};

}  // namespace aiproject
