#include "host/plugin_library.h"

#include "base/file_descriptor.h"

#include <Poco/String.h>

#include <dlfcn.h>
#include <fcntl.h>

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

void* mapped(const std::string& path) {
    // NOW: a missing symbol shows here, not in a call. LOCAL: plugins cannot see each other.
    return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
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

PluginLibrary::PluginLibrary(const std::filesystem::path& file, int copy)
    : file_(file), descriptor_(aiproject::describe(file, open(copy))) {
    checkVersion(file_, *descriptor_);
    checkMembers(file_, *descriptor_);
}

void* PluginLibrary::open(int copy) {
    std::string reason;
    // glibc knows a library by its name, so while one is mapped the number in it must be nobody else's.
    FileDescriptor own(copy < 0 ? -1 : fcntl(copy, F_DUPFD_CLOEXEC, 0));
    if (own) {
        const std::string name = "/proc/self/fd/" + std::to_string(own.get());
        if (void* const handle = mapped(name)) {
            isInPlace_ = false;
            own.release();
            return handle;
        }
        reason = Poco::replace(std::string(dlerror()), name, file_.string());
    }
    // A plugin that finds libraries of its own beside it ($ORIGIN in its RUNPATH) works in its folder only.
    if (void* const handle = mapped(std::filesystem::absolute(file_))) return handle;
    const std::string inPlace = dlerror();
    refuse(file_, "cannot be opened: " + (reason.empty() ? inPlace : reason));
}

}  // namespace aiproject
