// Its start() never returns, when the setting `hang` says so.
#include "silent_model.h"

#include <unistd.h>

#include <iterator>

namespace {

using namespace aiproject;

class HangsInStart final : public IModel {
public:
    explicit HangsInStart(bool hangs) : hangs_(hangs) {}
    ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
        return ModelStatus::ok;
    }
    void start() noexcept override {
        while (hangs_) pause();
    }
    void destroy() noexcept override { delete this; }

private:
    const bool hangs_;
};

constexpr Setting kSettings[] = {{"hang", SettingType::flag, "false", "", 0, 0, "", Secrecy::open, "for ever"}};

IModel* create(const ISettings& settings) noexcept { return new (std::nothrow) HangsInStart(settings.flag("hang")); }

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
