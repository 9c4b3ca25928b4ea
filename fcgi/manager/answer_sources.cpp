#include "manager/answer_sources.h"

#include "base/utf8.h"

#include <algorithm>
#include <map>

namespace aiproject {
namespace {

struct RoutedKind {
    const char* name;
    std::vector<std::string> RouteConfig::*route;  // null: all models of the kind, which are asked by name
};
constexpr RoutedKind kKinds[] = {{"text", &RouteConfig::text},
                                 {"voice", &RouteConfig::voice},
                                 {"picture", &RouteConfig::picture},
                                 {"embedding", nullptr},
                                 {"speech", nullptr}};

// Rows stay when the models they stand for are gone.
bool isLoaded(Pool& pool, int model) {
    return std::any_of(pool.workers().begin(), pool.workers().end(),
                       [&](const WorkerProcess& worker) { return hasModel(pool.board().worker(worker.row), model); });
}

// By their names; accounts of one are one.
std::map<std::string, ModelWords> loadedModels(const Pools& pools, int generation) {
    std::map<std::string, ModelWords> models;
    for (const auto& pool : pools)
        for (int index = 0; index < kMostModels; ++index) {
            const ModelRow& row = pool->board().model(index);
            if (row.quarantinedIn == generation || !isLoaded(*pool, index)) continue;
            const std::string label = row.name.data();
            models.emplace(label.substr(0, label.find('/')), pool->board().wordsOf(index));
        }
    return models;
}

std::vector<std::string> namesOf(const std::map<std::string, ModelWords>& models) {
    std::vector<std::string> names;
    names.reserve(models.size());
    for (const auto& model : models) names.push_back(model.first);
    return names;
}

bool serves(const ModelWords& words, const std::string& kind) {
    return (" " + words.kinds + " ").find(" " + kind + " ") != std::string::npos;
}

}  // namespace

std::vector<AnswerSource> answerSources(const Pools& pools, const Generation& generation) {
    const std::map<std::string, ModelWords> models = loadedModels(pools, generation.number);
    std::vector<AnswerSource> sources;
    for (const RoutedKind& kind : kKinds) {
        const std::vector<std::string> names = kind.route ? generation.config.routes.*kind.route : namesOf(models);
        const std::size_t before = sources.size();
        for (const std::string& name : names) {
            const auto model = models.find(name);
            if (model != models.end() && serves(model->second, kind.name))
                sources.push_back({kind.name, name, printable(model->second.origin)});
        }
        if (kind.route && sources.size() == before) sources.push_back({kind.name, "", ""});
    }
    return sources;
}

}  // namespace aiproject
