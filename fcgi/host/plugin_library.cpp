#include "host/plugin_library.h"

#include <dlfcn.h>

#include <stdexcept>

namespace aiproject {
namespace {

constexpr const char* kEntry = "aiprojectModelPlugin";
constexpr std::uint32_t kAllKinds =
    std::uint32_t(Kind::text) | std::uint32_t(Kind::voice) | std::uint32_t(Kind::picture);

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& reason) {
    throw std::runtime_error("plugin " + file.string() + ": " + reason);
}

std::string version(std::uint32_t major, std::uint32_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
}

void* open(const std::filesystem::path& file) {
    // NOW: a missing symbol shows here, not in a call. LOCAL: plugins cannot see each other.
    void* handle = dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) refuse(file, std::string("cannot be opened: ") + dlerror());
    return handle;
}

const ModelPlugin* describe(const std::filesystem::path& file, void* handle) {
    const auto entry = reinterpret_cast<decltype(&aiprojectModelPlugin)>(dlsym(handle, kEntry));
    if (!entry) refuse(file, std::string("does not export ") + kEntry + "(), so it is no model plugin");
    const ModelPlugin* descriptor = entry();
    if (!descriptor) refuse(file, std::string(kEntry) + "() answered nothing");
    return descriptor;
}

void checkVersion(const std::filesystem::path& file, const ModelPlugin& descriptor) {
    if (descriptor.contractMajor == kContractMajor && descriptor.contractMinor <= kContractMinor) return;
    refuse(file, "built for contract " + version(descriptor.contractMajor, descriptor.contractMinor) +
                     ", this worker has " + version(kContractMajor, kContractMinor) +
                     "; rebuild it against the headers of this release");
}

void checkMembers(const std::filesystem::path& file, const ModelPlugin& descriptor) {
    if (!descriptor.create || !descriptor.version || !descriptor.summary)
        refuse(file, "its descriptor lacks create, version or summary");
    if (descriptor.kinds == 0 || (descriptor.kinds & ~kAllKinds) != 0)
        refuse(file, "its descriptor names no kind, or an unknown one");
    if (descriptor.settingCount > 0 && !descriptor.settings) refuse(file, "its descriptor lacks the settings");
    for (std::uint64_t i = 0; i < descriptor.settingCount; ++i) {
        const Setting& setting = descriptor.settings[i];
        if (!setting.name || !*setting.name || !setting.unit || !setting.choices || !setting.help)
            refuse(file, "setting " + std::to_string(i + 1) + " of its descriptor lacks name, unit, choices or help");
    }
}

}  // namespace

PluginLibrary::PluginLibrary(const std::filesystem::path& file)
    : file_(file), descriptor_(aiproject::describe(file, open(file))) {
    checkVersion(file_, *descriptor_);
    checkMembers(file_, *descriptor_);
}

}  // namespace aiproject
