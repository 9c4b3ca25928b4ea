// What an operator is shown of a model: `aiproject models` and /admin/models. Never a secret, and no path but in
// ModelPlugin's own words.
#pragma once

#include "host/model_registry.h"

#include <Poco/JSON/Object.h>

#include <string>

namespace aiproject {

// What the configuration has for that setting of that account of the model, "(set)" for a secret; empty: nothing.
std::string writtenValue(const Config& config, const Model& model, const Setting& setting);
// The contract of that plugin: "2.0".
std::string contractOf(const ModelPlugin& plugin);

Poco::JSON::Object describe(const Config& config, const Model& model);

}  // namespace aiproject
