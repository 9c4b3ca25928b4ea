// Makes a model, and leaves it no kind to serve.
#include "silent_model.h"

namespace {

aiproject::IModel* create(const aiproject::ISettings& settings) noexcept {
    settings.narrowKinds(0);
    return aiproject::test::createSilent(settings);
}

constexpr aiproject::ModelPlugin kPlugin = aiproject::test::descriptorWith(&create);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
