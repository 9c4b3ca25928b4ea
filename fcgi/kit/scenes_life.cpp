// Scenarios without a call: the descriptor, create(), start(), destroy(), settings.
#include "kit/scene.h"

#include "base/error.h"
#include "config/name_rule.h"

#include <set>

namespace aiproject {
namespace {

constexpr int kLives = 50, kStartedLives = 10;
const std::set<std::string> kHostsOwn{"plugin", "calls", "origin", "accounts"};  // model.NAME.…, of every model

void judgeSetting(Scene& scene, const Setting& setting) {
    const std::string name = setting.name, key = "setting " + name;
    const auto fault = [&](const std::string& what) { scene.broken(rule::kDescriptor, key + " " + what); };
    if (kHostsOwn.count(name) > 0 || name.rfind("price.", 0) == 0 || name.rfind("account.", 0) == 0)
        fault("never gets a value: the host takes model.NAME." + name + " itself");
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
        std::string::npos)
        fault("has a name that cannot be written as a key: letters, digits, '_', '-' and '.'");
    const bool isNumber = setting.type == SettingType::integer || setting.type == SettingType::number;
    if (isNumber && !(setting.minimum <= setting.maximum)) fault("allows no number: its minimum is above its maximum");
    if (setting.type == SettingType::choice && *setting.choices == 0) fault("is a choice of nothing");
    if (setting.type < SettingType::text || setting.type > SettingType::choice) fault("has an unknown type");
}

// The values that the host would let through, which a plugin may not have thought of.
std::vector<std::pair<std::string, std::string>> oddValues(const Setting& setting) {
    // Of a secret the host looks for all parts, to hide them.
    const std::size_t longText = setting.secrecy == Secrecy::secret ? 1'024 : 64UL * 1024;
    switch (setting.type) {
        case SettingType::text:
            return {{"", "an empty text"},
                    {std::string(longText, 'x'), "a long text"},
                    {"\t\x01\x7f%s%n", "control characters"}};
        case SettingType::integer:
        case SettingType::number: {
            const auto shown = [&](double value) {
                return setting.type == SettingType::integer ? std::to_string(std::int64_t(value))
                                                            : std::to_string(value);
            };
            return {{shown(setting.minimum), shown(setting.minimum)}, {shown(setting.maximum), shown(setting.maximum)}};
        }
        case SettingType::flag: return {{"true", "true"}, {"false", "false"}};
        case SettingType::choice: break;
    }
    std::vector<std::pair<std::string, std::string>> all;
    std::string choice;
    for (const char c : std::string(setting.choices) + "|") {
        if (c != '|') {
            choice += c;
            continue;
        }
        all.emplace_back(choice, choice);
        choice.clear();
    }
    return all;
}

void tryValue(Scene& scene, const PluginLibrary& library, std::map<std::string, std::string> written,
              const Setting& setting, const std::pair<std::string, std::string>& value) {
    const std::string key = "model." + scene.plugin.name() + "." + setting.name;
    written[setting.name] = value.first;
    const PluginSettings settings(library.descriptor(), "model." + scene.plugin.name(), written);
    if (!settings.usable()) return;  // the host refuses it before the plugin sees it
    scene.under(rule::kSettings, "with " + key + " = " + value.second);
    scene.doing("create()");
    IModel* const model = library.descriptor().create(settings);
    const std::string fault = faultOfMade(model != nullptr, settings);
    if (!fault.empty()) scene.broken(rule::kSettings, "create() with " + key + " = " + value.second + " " + fault);
    if (!model) return;
    scene.doing("destroy()");
    model->destroy();
    scene.doing("");
}

}  // namespace

void playDescriptor(Scene& scene) {
    scene.under(rule::kDescriptor);
    scene.doing("opening it");
    try {
        const PluginLibrary library(scene.plugin.file), again(scene.plugin.file);
        if (&library.descriptor() != &again.descriptor())
            scene.broken(rule::kDescriptor, "aiprojectModelPlugin() gave another descriptor the second time");
        std::set<std::string> names;
        for (const Setting& setting : settingsOf(library.descriptor())) {
            judgeSetting(scene, setting);
            if (!names.insert(setting.name).second)
                scene.broken(rule::kDescriptor, std::string("there are two settings ") + setting.name);
        }
        // Without a written value there is nothing to find but what is missing, and defaults that are wrong.
        const PluginSettings defaults(library.descriptor(), "model." + scene.plugin.name(), {});
        for (const Finding& finding : defaults.findings())
            if (finding.text.find(": is not set: ") == std::string::npos)
                scene.broken(rule::kDescriptor, "a default: " + finding.text);
    } catch (const std::exception& e) {
        scene.broken(rule::kDescriptor, describe(e));
        scene.tell({"cannot", "", describe(e)});
    }
}

void playLife(Scene& scene) {
    scene.under(rule::kCreate);
    const PluginLibrary library(scene.plugin.file);
    const TrySettings settings = settingsFor(scene.plugin, library.descriptor());
    for (const std::string& secret : secretsIn(settings, library.descriptor())) scene.tell({"secret", "", secret});
    const PluginSettings asked(library.descriptor(), "model." + scene.plugin.name(), settings.written);
    if (!asked.usable()) {  // the user's fault, not the plugin's
        for (const Finding& finding : asked.findings())
            if (finding.severity == Severity::error) scene.tell({"cannot", "", finding.text});
        return;
    }
    for (int life = 0; life < kLives; ++life) {
        const bool isStarted = life >= kLives - kStartedLives;
        scene.doing("create()");
        std::unique_ptr<TriedModel> model;
        try {
            model = std::make_unique<TriedModel>(scene.plugin, library, settings);
        } catch (const std::exception& e) {
            const bool isUnexplained = describe(e).rfind("create() ", 0) == 0;
            if (isUnexplained) scene.broken(rule::kCreate, describe(e));
            return scene.tell({"cannot", "", describe(e)});
        }
        scene.doing(isStarted ? "start()" : "");
        if (isStarted) model->start();
        scene.doing(isStarted ? "destroy() after start()" : "destroy() without start()");
        model->destroy();
        scene.doing("");
    }
}

void playSettings(Scene& scene) {
    const PluginLibrary library(scene.plugin.file);
    const TrySettings settings = settingsFor(scene.plugin, library.descriptor());
    for (const Setting& setting : settingsOf(library.descriptor()))
        for (const auto& value : oddValues(setting)) tryValue(scene, library, settings.written, setting, value);
}

}  // namespace aiproject
