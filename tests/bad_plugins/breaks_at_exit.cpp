// Good, until the process ends: then a destructor of its library crashes, when the setting `breaks` says so.
#include "silent_model.h"

#include <cstdlib>
#include <iterator>

namespace {

using namespace aiproject;

struct Breaks {
    ~Breaks() {
        if (isSet) std::abort();
    }
    bool isSet = false;
} breaks;

constexpr Setting kSettings[] = {{"breaks", SettingType::flag, "false", "", 0, 0, "", Secrecy::open, "at the end"}};

IModel* create(const ISettings& settings) noexcept {
    breaks.isSet = settings.flag("breaks");
    return test::createSilent(settings);
}

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
