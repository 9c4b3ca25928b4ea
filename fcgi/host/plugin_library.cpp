#include "host/plugin_library.h"

#include "base/file_descriptor.h"
#include "base/utf8.h"
#include "host/elf_fault.h"

#include <Poco/String.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>

#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace aiproject {
namespace {

constexpr const char* kEntry = "aiprojectModelPlugin";
constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kMostSettings = 1024;
constexpr std::uint32_t kAllKinds = std::uint32_t(Kind::text) | std::uint32_t(Kind::voice) |
                                    std::uint32_t(Kind::picture) | std::uint32_t(Kind::embedding) |
                                    std::uint32_t(Kind::speech);
// Of contract 2.0: a later one only adds to it.
constexpr std::uint64_t kSmallestSetting = offsetof(Setting, help) + sizeof(const char*);

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

// As its RUNPATH does.
bool mentionsOrigin(int copy) {
    std::ifstream file("/proc/self/fd/" + std::to_string(copy), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    return content.find("$ORIGIN") != std::string::npos;
}

struct Search {
    std::uintptr_t base;
    CodeRange found;
};

int takeSegments(dl_phdr_info* info, std::size_t, void* data) {
    Search& search = *static_cast<Search*>(data);
    if (info->dlpi_addr != search.base) return 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
        search.found.begin = info->dlpi_addr + segment.p_vaddr;
        search.found.end = search.found.begin + segment.p_memsz;
    }
    return 1;
}

CodeRange codeOf(void* handle) {
    link_map* library = nullptr;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &library) != 0) return {};
    Search search{library->l_addr, {}};
    dl_iterate_phdr(&takeSegments, &search);
    return search.found;
}

const ModelPlugin* describe(const std::filesystem::path& file, void* handle) {
    const auto entry = reinterpret_cast<decltype(&aiprojectModelPlugin)>(dlsym(handle, kEntry));
    if (!entry) refuse(file, std::string("does not export ") + kEntry + "(), so it is not a model plugin");
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

// All that a command prints of it: what is no text ends in here, where it is tried.
void checkText(const std::filesystem::path& file, const char* text, const std::string& what) {
    const std::size_t size = strnlen(text, kLongestText + 1);
    if (size > kLongestText || !isUtf8({text, size}))
        refuse(file,
               what + " in its descriptor is not text: UTF-8, at most " + std::to_string(kLongestText) + " bytes");
}

void checkMembers(const std::filesystem::path& file, const ModelPlugin& descriptor) {
    if (!descriptor.create || !descriptor.version || !descriptor.summary)
        refuse(file, "its descriptor lacks create, version or summary");
    checkText(file, descriptor.version, "version");
    checkText(file, descriptor.summary, "summary");
    if (descriptor.kinds == 0 || (descriptor.kinds & ~kAllKinds) != 0)
        refuse(file, "its descriptor names no kind, or an unknown one");
    const List<Setting>& settings = descriptor.settings;
    if (settings.count > 0 && !settings.data) refuse(file, "its descriptor lacks the settings");
    if (settings.count > kMostSettings || settings.stride < kSmallestSetting)
        refuse(file, "its descriptor has no list of settings: " + std::to_string(settings.count) + " of " +
                         std::to_string(settings.stride) + " bytes");
    for (std::uint64_t i = 0; i < settings.count; ++i) {
        const Setting setting = settings[i];
        if (!setting.name || !*setting.name || !setting.unit || !setting.choices || !setting.help)
            refuse(file, "setting " + std::to_string(i + 1) + " of its descriptor lacks name, unit, choices or help");
        for (const char* text : {setting.name, setting.unit, setting.choices, setting.help, setting.defaultValue})
            if (text) checkText(file, text, "setting " + std::to_string(i + 1));
    }
}

}  // namespace

std::vector<Setting> settingsOf(const ModelPlugin& plugin) {
    std::vector<Setting> settings;
    settings.reserve(plugin.settings.count);
    for (std::uint64_t i = 0; i < plugin.settings.count; ++i) settings.push_back(plugin.settings[i]);
    return settings;
}

PluginLibrary::PluginLibrary(const std::filesystem::path& file, int copy)
    : file_(file), descriptor_(aiproject::describe(file, open(copy))) {
    checkVersion(file_, *descriptor_);
    checkMembers(file_, *descriptor_);
}

void* PluginLibrary::open(int copy) {
    void* const handle = map(copy);
    code_ = codeOf(handle);
    return handle;
}

void* PluginLibrary::map(int copy) {
    std::string reason = elfFaultOf(copy < 0 ? file_.string() : "/proc/self/fd/" + std::to_string(copy));
    if (!reason.empty()) refuse(file_, "cannot be opened: it " + reason);
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
    // A plugin that finds libraries of its own beside it works in its folder only. Any other is used as it was
    // when it was copied, or not at all.
    if (own && !mentionsOrigin(copy)) refuse(file_, "cannot be opened: " + reason);
    if (void* const handle = mapped(std::filesystem::absolute(file_))) return handle;
    const std::string inPlace = dlerror();
    refuse(file_, "cannot be opened: " + (reason.empty() ? inPlace : reason));
}

}  // namespace aiproject
