// What its create() gives cannot be destroyed, as the setting `how` says: destroy() crashes, hangs, exits or waits
// while the file `gate` has its process's number, or there is no model where create() points.
#include "silent_model.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace aiproject;

class BadDestroy final : public IModel {
public:
    BadDestroy(std::string_view how, std::string_view gate) : how_(how), gate_(gate) {}
    ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
        return ModelStatus::ok;
    }
    void destroy() noexcept override {
        if (how_ == "exit") std::exit(0);
        while (how_ == "hang") pause();
        while (how_ == "wait" && isNamedAtGate()) usleep(10'000);
        if (how_ == "wait") return delete this;
        std::abort();
    }

private:
    // Who tries the plugin in a process of its own, before it serves, is not kept waiting.
    bool isNamedAtGate() const {
        int named = 0;
        return std::ifstream(gate_) >> named && named == getpid();
    }

    const std::string how_, gate_;
};

constexpr Setting kSettings[] = {
    {"how", SettingType::choice, "crash", "", 0, 0, "crash|hang|exit|pointer|wait", Secrecy::open, "it ends"},
    {"gate", SettingType::text, "", "", 0, 0, "", Secrecy::open, "a file"},
};

IModel* create(const ISettings& settings) noexcept {
    static std::array<void*, 8> nowhere{};
    if (std::string_view(settings.text("how")) == "pointer") return reinterpret_cast<IModel*>(nowhere.data());
    return new (std::nothrow) BadDestroy(settings.text("how"), settings.text("gate"));
}

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
