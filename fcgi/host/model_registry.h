// The plugins of the folders and the models made of them. Built once, before the first request, and
// constant from then on. A bad plugin is a finding; the others serve. Built before the first thread,
// because each plugin is first opened in a forked child.
#pragma once

#include "config/config.h"
#include "host/finding.h"
#include "host/plugin_library.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aiproject {

struct Model {
    std::string name;
    const PluginLibrary* plugin;
    std::shared_ptr<IModel> instance;

    bool serves(Kind kind) const noexcept { return (plugin->descriptor().kinds & std::uint32_t(kind)) != 0; }
};

class ModelRegistry {
public:
    // `wanted` are model names; "*" stands for all, an empty list loads nothing.
    ModelRegistry(const Config& config, const std::vector<std::string>& wanted);

    const Model* find(const std::string& name) const;
    const std::map<std::string, Model>& models() const noexcept { return models_; }
    const std::vector<std::unique_ptr<PluginLibrary>>& plugins() const noexcept { return plugins_; }
    const Findings& findings() const noexcept { return findings_; }

    // Routes and pools that name a model which is not there. For `check`: a worker of one pool does
    // not have the models of the others.
    Findings unknownNames() const;

private:
    void loadFolder(const std::filesystem::path& folder);
    void load(const std::filesystem::path& file);
    void makeModels();
    void make(const std::string& name);
    const PluginLibrary* pluginOf(const std::string& modelName);
    const PluginLibrary* pluginNamed(const std::string& name) const;
    bool isWanted(const std::string& name) const;
    bool isNeeded(const std::string& plugin) const;
    bool isRouted(const std::string& name) const;
    void fail(const std::string& text) { findings_.push_back({Severity::error, text}); }

    const Config& config_;
    const std::vector<std::string> wanted_;
    std::vector<std::unique_ptr<PluginLibrary>> plugins_;
    std::map<std::string, Model> models_;
    Findings findings_;
};

}  // namespace aiproject
