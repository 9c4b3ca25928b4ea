// Its create() does not come back, as the setting `how` says: it crashes (with `report` as under a sanitizer),
// hangs or exits.
#include "silent_model.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace {

using namespace aiproject;

constexpr Setting kSettings[] = {
    {"how", SettingType::choice, "crash", "", 0, 0, "crash|hang|exit|report", Secrecy::open, "it ends"},
};

IModel* create(const ISettings& settings) noexcept {
    const std::string_view how = settings.text("how");
    if (how == "report")
        std::fputs("=====\n==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n  #0 in create\n", stderr);
    if (how == "exit") std::exit(0);
    while (how == "hang") pause();
    std::abort();
}

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
