// One plugin outside of any service: opened, its settings checked and its model made by the host's own code.
#pragma once

#include "config/config.h"
#include "host/plugin_library.h"
#include "host/plugin_settings.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aiproject {

struct PluginToTry {
    std::filesystem::path file;
    std::vector<std::string> overrides;  // "key=value", in order; a setting of the plugin with or without model.NAME.

    std::string name() const { return file.stem(); }
};

struct TrySettings {
    Config config;  // of timeout.* and limit.*; no file is read
    std::map<std::string, std::string> written;
};

// Throws std::runtime_error with a line for each thing that is wrong.
TrySettings settingsFor(const PluginToTry& plugin, const ModelPlugin& descriptor);

// What is written for the plugin's secret settings, which nobody is to see.
std::vector<std::string> secretsIn(const TrySettings& settings, const ModelPlugin& descriptor);

// Why a service would not even open the file; none: nothing speaks against it. A line each.
std::vector<std::string> refusalsOf(const PluginToTry& plugin);

// The model, from create() to destroy(). Its functions belong to one thread.
class TriedModel {
public:
    // Throws std::runtime_error: what the host would refuse, a line each.
    TriedModel(const PluginToTry& plugin, const PluginLibrary& library, const TrySettings& tried);
    ~TriedModel() { destroy(); }
    TriedModel(const TriedModel&) = delete;
    TriedModel& operator=(const TriedModel&) = delete;

    void start() { model_->start(); }
    void destroy();
    IModel& model() noexcept { return *model_; }
    const PluginSettings& settings() const noexcept { return settings_; }

private:
    PluginSettings settings_;
    IModel* model_ = nullptr;
};

}  // namespace aiproject
