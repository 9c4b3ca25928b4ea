#include "kit/tried_model.h"

#include "base/trusted_path.h"
#include "base/utf8.h"
#include "config/config_file.h"
#include "config/name_rule.h"

#include <Poco/String.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace aiproject {
namespace {

constexpr const char* kNoFile = "/dev/null";  // or the configuration of the machine would be read

std::string linesOf(const Findings& findings) {
    std::string lines;
    for (const Finding& finding : findings)
        if (finding.severity == Severity::error) lines += (lines.empty() ? "" : "\n") + printable(finding.text);
    return lines;
}

}  // namespace

TrySettings settingsFor(const PluginToTry& plugin, const ModelPlugin& descriptor) {
    const std::vector<Setting> settings = settingsOf(descriptor);
    const std::string prefix = "model." + plugin.name() + ".";
    ConfigSource source;
    source.file = kNoFile;
    for (const std::string& entry : plugin.overrides) {
        const std::string key = Poco::trim(entry.substr(0, entry.find('=')));
        const bool isSetting =
            std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) { return key == setting.name; });
        source.overrides.push_back(isSetting ? prefix + Poco::trimLeft(entry) : entry);
    }
    ConfigReading reading = readConfig(source);
    for (const auto& [name, model] : reading.config.models)
        if (name != plugin.name())
            reading.errors.push_back("-Dmodel." + name + ": the model that is tried is called " + plugin.name());
    if (!reading.errors.empty())
        throw std::runtime_error(Poco::cat(std::string("\n"), reading.errors.begin(), reading.errors.end()));
    TrySettings tried{std::move(reading.config), {}};
    tried.written = tried.config.models[plugin.name()].settings;
    return tried;
}

std::vector<std::string> secretsIn(const TrySettings& settings, const ModelPlugin& descriptor) {
    std::vector<std::string> values;
    for (const Setting& setting : settingsOf(descriptor))
        if (const auto written = settings.written.find(setting.name);
            setting.secrecy == Secrecy::secret && written != settings.written.end())
            values.push_back(written->second);
    return values;
}

std::vector<std::string> refusalsOf(const PluginToTry& plugin) {
    std::vector<std::string> lines;
    if (!isName(plugin.name()) || plugin.file.extension() != ".so")
        lines.push_back(plugin.file.string() +
                        ": its name is also its path, so it has only letters, digits, '_' and '-', and ends in .so");
    for (const std::string& fault : faultsOfPath(std::filesystem::absolute(plugin.file), Trust::code))
        lines.push_back(fault);
    return lines;
}

TriedModel::TriedModel(const PluginToTry& plugin, const PluginLibrary& library, const TrySettings& tried)
    : settings_(library.descriptor(), "model." + plugin.name(), tried.written) {
    if (!settings_.usable()) throw std::runtime_error(linesOf(settings_.findings()));
    model_ = library.descriptor().create(settings_);
    const std::string fault = faultOfMade(model_ != nullptr, settings_);
    if (fault.empty() && model_) return;
    destroy();
    throw std::runtime_error(fault.empty() ? linesOf(settings_.findings()) : "create() " + fault);
}

void TriedModel::destroy() {
    if (IModel* const model = std::exchange(model_, nullptr)) model->destroy();
}

}  // namespace aiproject
