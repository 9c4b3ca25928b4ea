// A configuration file and an override. An input is the override, a line feed, and the file.
#include "config/config_file.h"
#include "config/config_keys.h"
#include "fuzz/target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace aiproject::fuzz {
namespace {

// A model's own settings are printed only as comments: they may be secret.
std::string shownOf(Config config) {
    for (auto& model : config.models) model.second.settings.clear();
    return printed(std::move(config));
}

// A file in memory, whose content can be replaced.
class MemoryFile {
public:
    MemoryFile() { require(descriptor_ >= 0, "there is memory"); }
    const std::string& path() const { return path_; }
    void write(std::string_view content) const {
        require(ftruncate(descriptor_, 0) == 0 &&
                    pwrite(descriptor_, content.data(), content.size(), 0) == ssize_t(content.size()),
                "a file in memory can be written");
    }

private:
    const int descriptor_ = memfd_create("configuration", MFD_CLOEXEC);
    const std::string path_ = "/proc/self/fd/" + std::to_string(descriptor_);
};

void requireNamed(const std::vector<std::string>& problems, const std::string& file) {
    for (const std::string& problem : problems)
        require(problem.compare(0, 2, "-D") == 0 || problem.compare(0, file.size(), file) == 0,
                "a problem names the file or the override");
}

void requireKeysTakeWhatTheyGive(Config config) {
    for (const Key& key : keysOf(config)) {
        const std::string value = key.get();
        require(key.set(value) && key.get() == value, "a key takes the value it gives");
    }
}

}  // namespace

void tryInput(std::string_view input) {
    static const MemoryFile file;
    const std::string_view line = input.substr(0, input.find('\n'));
    const std::string override(line.substr(0, line.find('\0')));  // an argument of a program ends there
    file.write(input.substr(std::min(input.size(), line.size() + 1)));

    const ConfigReading reading = readConfig({file.path(), {override}});
    requireNamed(reading.errors, file.path());
    requireNamed(reading.warnings, file.path());
    requireKeysTakeWhatTheyGive(reading.config);
    file.write(printed(reading.config));
    if (!reading.errors.empty()) return;

    const ConfigReading again = readConfig({file.path(), {}});
    for (const std::string& error : again.errors) require(false, ("what is printed can be read; " + error).c_str());
    require(shownOf(again.config) == shownOf(reading.config), "what is printed means the same");
}

}  // namespace aiproject::fuzz
