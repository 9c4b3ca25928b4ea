// Good: writes a line into the file of its setting `log` whenever it is started.
#include "silent_model.h"

#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace aiproject;

class Starts final : public IModel {
public:
    explicit Starts(std::string_view log) : log_(log) {}
    ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
        return ModelStatus::ok;
    }
    void start() noexcept override { std::ofstream(log_, std::ios::app) << "started\n"; }
    void destroy() noexcept override { delete this; }

private:
    const std::string log_;
};

constexpr Setting kSettings[] = {
    {"log", SettingType::text, "", "", 0, 0, "", Secrecy::open, "file that gets a line for each start"}};

IModel* create(const ISettings& settings) noexcept { return new (std::nothrow) Starts(settings.text("log")); }

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
