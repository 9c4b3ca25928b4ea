// Never returns from a call, whatever the host wishes.
#include "silent_model.h"

#include <unistd.h>

namespace {

using namespace aiproject;

class Hangs final : public IModel {
public:
    ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
        for (;;) pause();
    }
    void destroy() noexcept override { delete this; }
};

constexpr ModelPlugin kPlugin = test::descriptorWith(&test::createNew<Hangs>);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
