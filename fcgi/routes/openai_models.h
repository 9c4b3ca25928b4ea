// The models of this worker, by the names that clients of OpenAI may write.
#pragma once

#include "auth/user.h"
#include "config/config.h"
#include "host/model_registry.h"

#include <string>
#include <utility>
#include <vector>

namespace aiproject {

// A model that is loaded, or what route.aliases makes of the name; in order of preference. Throws Error(noSuchModel)
// where none of them can be asked.
std::vector<const Model*> modelsNamed(const std::string& name, const ModelRegistry& registry,
                                      const RouteConfig& routes);

// Whether the key names that model, or an alias that leads to it: its names mean what they mean in a request.
bool mayUse(const UsedKey& key, const std::string& model, const ModelRegistry& registry, const RouteConfig& routes);
bool isOneFor(const UsedKey& key, const std::vector<const Model*>& models, const ModelRegistry& registry,
              const RouteConfig& routes);
std::vector<std::string> namesOf(const std::vector<const Model*>& models);

// All names that lead to a model which that key may use: models, then aliases.
std::vector<std::string> modelNames(const ModelRegistry& registry, const RouteConfig& routes, const UsedKey& key);
// The kinds whose route (text, voice, picture, speech) asks the model of that name first.
std::vector<std::string> kindsLedBy(const std::string& name, const ModelRegistry& registry, const RouteConfig& routes);
// {"id","object":"model","created","owned_by","kinds","abilities","origin","default_for"}; the origin is that of the
// first.
std::string openAiModelJson(const std::string& name, const std::vector<const Model*>& models,
                            const std::vector<std::string>& ledKinds);

}  // namespace aiproject
