#include "speech_espeak/voices.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace aiproject::espeak {
namespace {

std::string lower(std::string_view text) {
    std::string plain(text);
    std::transform(plain.begin(), plain.end(), plain.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return plain;
}

// The files in a folder and below it, by their names; none where it cannot be read.
std::map<std::string, std::string> filesIn(const std::string& folder) {
    std::map<std::string, std::string> files;
    std::error_code fault;
    auto file = std::filesystem::recursive_directory_iterator(folder, fault);
    for (; !fault && file != std::filesystem::recursive_directory_iterator(); file.increment(fault))
        if (file->is_regular_file(fault))
            files.emplace(lower(file->path().filename().string()), file->path().lexically_relative(folder).string());
    return files;
}

}  // namespace

Voices::Voices(const std::string& data) : languages_(filesIn(data + "/lang")), variants_(filesIn(data + "/voices/!v")) {
    if (languages_.empty())
        throw std::runtime_error(data + " has no voices; install the package espeak-ng-data, or write where they are");
}

std::optional<std::string> Voices::find(std::string_view name) const {
    const std::size_t plus = std::min(name.find('+'), name.size());
    const auto language = languages_.find(lower(name.substr(0, plus)));
    if (language == languages_.end()) return std::nullopt;
    if (plus == name.size()) return language->second;
    const auto variant = variants_.find(lower(name.substr(plus + 1)));
    if (variant == variants_.end()) return std::nullopt;
    return language->second + "+" + variant->second;
}

std::string Voices::languages() const {
    std::string all;
    for (const auto& [name, file] : languages_) all.append(all.empty() ? "" : ", ").append(name);
    return all;
}

// Debian has it beside the libraries, whose folder is named after the machine; others in /usr/share.
std::string installedVoices() {
    std::error_code fault;
    for (const auto& folder : std::filesystem::directory_iterator("/usr/lib", fault)) {
        const std::filesystem::path data = folder.path() / "espeak-ng-data";
        if (std::filesystem::is_directory(data, fault)) return data.string();
    }
    return "/usr/share/espeak-ng-data";
}

bool readsHan(std::string_view voice) {
    constexpr std::array<std::string_view, 3> those{"sit/cmn", "sit/yue", "sit/hak"};
    return std::find(those.begin(), those.end(), voice.substr(0, voice.find('+'))) != those.end();
}

}  // namespace aiproject::espeak
