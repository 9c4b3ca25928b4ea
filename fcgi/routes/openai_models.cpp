#include "routes/openai_models.h"

#include "base/error.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "host/kind_names.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace aiproject {
namespace {

// Clients want a time. All workers must say the same one, and models of a configuration have none.
constexpr std::int64_t kCreated = 1'704'067'200;  // 2024-01-01

// What NAME=MODEL says for that name; none: nothing.
std::optional<std::string> aliasOf(const std::string& name, const RouteConfig& routes) {
    for (const std::string& alias : routes.aliases)
        if (alias.size() > name.size() && alias[name.size()] == '=' && alias.compare(0, name.size(), name) == 0)
            return alias.substr(name.size() + 1);
    return std::nullopt;
}

std::vector<std::string> targetsOf(const std::string& target, const RouteConfig& routes) {
    if (target == "text") return routes.text;
    if (target == "voice") return routes.voice;
    if (target == "picture") return routes.picture;
    if (target == "speech") return routes.speech;
    return {target};
}

std::vector<const Model*> loaded(const std::vector<std::string>& names, const ModelRegistry& registry) {
    std::vector<const Model*> models;
    models.reserve(names.size());
    for (const std::string& name : names)
        if (const Model* const model = registry.find(name)) models.push_back(model);
    return models;
}

std::vector<const Model*> meantBy(const std::string& name, const ModelRegistry& registry, const RouteConfig& routes) {
    std::vector<const Model*> models = loaded({name}, registry);
    const std::optional<std::string> target = aliasOf(name, routes);
    return models.empty() && target ? loaded(targetsOf(*target, routes), registry) : models;
}

bool canServe(const std::vector<const Model*>& models) {
    return std::any_of(models.begin(), models.end(), [](const Model* model) { return !model->isQuarantined(); });
}

template <class Value, std::size_t Count>
std::string listOf(const std::array<std::pair<Value, const char*>, Count>& names, std::uint64_t mask) {
    std::string json;
    for (const auto& [value, name] : names)
        if ((mask & std::uint64_t(value)) != 0) json += (json.empty() ? "\"" : ",\"") + std::string(name) + "\"";
    return "[" + json + "]";
}

}  // namespace

std::vector<const Model*> modelsNamed(const std::string& name, const ModelRegistry& registry,
                                      const RouteConfig& routes) {
    std::vector<const Model*> models = meantBy(name, registry, routes);
    if (!models.empty()) return models;
    const std::string shown = quotable(name, 128);
    const std::string* const why = registry.whyAbsent(name);
    const std::string sentence = why ? "The model '" + shown + "' is not set up; the server's log says what it lacks."
                                     : "The model '" + shown + "' does not exist; GET /v1/models lists those that do.";
    throw Error(ErrorKind::noSuchModel, "no model " + shown + (why ? ": " + *why : ""), sentence).concerning("model");
}

std::vector<std::string> namesOf(const std::vector<const Model*>& models) {
    std::vector<std::string> names;
    names.reserve(models.size());
    for (const Model* const model : models) names.push_back(model->name);
    return names;
}

bool mayUse(const UsedKey& key, const std::string& model, const ModelRegistry& registry, const RouteConfig& routes) {
    const auto meansIt = [&](const std::string& name) {
        if (name == model) return true;
        const std::vector<const Model*> meant = meantBy(name, registry, routes);
        return std::any_of(meant.begin(), meant.end(), [&](const Model* one) { return one->name == model; });
    };
    return key.models.empty() || std::any_of(key.models.begin(), key.models.end(), meansIt);
}

bool isOneFor(const UsedKey& key, const std::vector<const Model*>& models, const ModelRegistry& registry,
              const RouteConfig& routes) {
    return std::any_of(models.begin(), models.end(),
                       [&](const Model* model) { return mayUse(key, model->name, registry, routes); });
}

std::vector<std::string> modelNames(const ModelRegistry& registry, const RouteConfig& routes, const UsedKey& key) {
    std::vector<std::string> names;
    names.reserve(registry.models().size() + routes.aliases.size());
    for (const auto& [label, model] : registry.models()) {
        const bool isNext = names.empty() || names.back() != model.name;  // accounts of one model follow each other
        if (isNext && canServe({&model}) && mayUse(key, model.name, registry, routes)) names.push_back(model.name);
    }
    for (const std::string& alias : routes.aliases) {
        const std::string name = alias.substr(0, alias.find('='));
        const std::vector<const Model*> models = meantBy(name, registry, routes);
        const bool isForKey = isOneFor(key, models, registry, routes);
        if (!registry.find(name) && canServe(models) && isForKey) names.push_back(name);
    }
    return names;
}

std::vector<std::string> kindsLedBy(const std::string& name, const ModelRegistry& registry, const RouteConfig& routes) {
    std::vector<std::string> kinds;
    for (const char* const kind : {"text", "voice", "picture", "speech"}) {
        const std::vector<const Model*> models = loaded(targetsOf(kind, routes), registry);
        if (!models.empty() && models.front()->name == name) kinds.emplace_back(kind);
    }
    return kinds;
}

std::string openAiModelJson(const std::string& name, const std::vector<const Model*>& models,
                            const std::vector<std::string>& ledKinds) {
    static constexpr std::array<std::pair<Ability, const char*>, 6> abilities{
        {{Ability::tools, "tools"},
         {Ability::pictureParts, "image_url"},
         {Ability::audioParts, "input_audio"},
         {Ability::reasoningEffort, "reasoning_effort"},
         {Ability::responseFormat, "response_format"},
         {Ability::pngPictures, "image/png"}}};
    std::uint64_t kindsOfAll = 0, abilitiesOfAll = 0;
    for (const Model* const model : models) {
        kindsOfAll |= model->kinds;
        abilitiesOfAll |= model->abilities;
    }
    std::string led;
    for (const std::string& kind : ledKinds) led += (led.empty() ? "\"" : ",\"") + kind + "\"";
    return R"({"id":)" + jsonText(name) + R"(,"object":"model","created":)" + std::to_string(kCreated) +
           R"(,"owned_by":"aiproject","kinds":)" + listOf(kKindNames, kindsOfAll) + R"(,"abilities":)" +
           listOf(abilities, abilitiesOfAll) + R"(,"origin":)" + jsonText(models.front()->origin) +
           R"(,"default_for":[)" + led + "]}";
}

}  // namespace aiproject
