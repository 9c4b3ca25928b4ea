#include "config/config_text.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace aiproject {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnding = ".properties";
// The line before each added part.
const std::string kPartBegins = "\n#@ part ";
// Ends a last line that has no end, or goes on behind it.
constexpr const char* kEndsLine = "\n\n";

std::string cannotBeRead(const std::string& file, const std::string& reason) {
    return file + ": cannot be read: " + reason;
}

// Read once: it may be a pipe.
void readPart(const std::string& file, ConfigText& text) {
    std::error_code failed;
    if (fs::is_directory(file, failed)) {
        text.errors.push_back(cannotBeRead(file, std::generic_category().message(EISDIR)));
        return;
    }
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string content;
    if (in) content.assign(std::istreambuf_iterator<char>(in), {});
    if (in)
        text.parts.push_back({file, std::move(content)});
    else
        text.errors.push_back(cannotBeRead(file, std::generic_category().message(errno)));
}

bool counts(const std::string& name) {
    const std::string ending = kEnding;
    return name[0] != '.' && name.size() > ending.size() &&
           name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

fs::path addedFolder(const std::string& file) { return fs::path(file).parent_path() / "conf.d"; }

std::vector<std::string> addedFiles(const std::string& file, std::string& error) {
    std::vector<std::string> files;
    const fs::path folder = addedFolder(file);
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (counts(at->path().filename().string())) files.push_back(at->path().string());
    if (failed && failed != std::errc::no_such_file_or_directory)
        error = cannotBeRead(folder.string(), failed.message());
    std::sort(files.begin(), files.end());
    return files;
}

ConfigText readConfigFile(const std::string& file) {
    ConfigText text;
    readPart(file, text);
    return text;
}

ConfigText readConfigText(const std::string& file) {
    ConfigText text = readConfigFile(file);
    std::string error;
    for (const std::string& added : addedFiles(file, error)) readPart(added, text);
    if (!error.empty()) text.errors.push_back(error);
    return text;
}

std::string asOneText(const std::vector<ConfigPart>& parts) {
    std::string text;
    for (const ConfigPart& part : parts) {
        std::string name = part.file;
        std::replace(name.begin(), name.end(), '\n', '?');  // it stays within its comment
        text += (&part == &parts.front() ? "" : kEndsLine + kPartBegins + name + "\n") + part.text;
    }
    return text;
}

std::vector<ConfigPart> partsOf(const std::string& oneText, const std::string& file) {
    std::vector<ConfigPart> parts{{file, ""}};
    for (std::size_t at = 0;;) {
        const std::size_t next = oneText.find(kPartBegins, at);
        parts.back().text = oneText.substr(at, next - at);
        if (next == std::string::npos) return parts;
        const std::size_t name = next + kPartBegins.size(), end = oneText.find('\n', name);
        parts.push_back({oneText.substr(name, end - name), ""});
        if (end == std::string::npos) return parts;
        at = end + 1;
    }
}

}  // namespace aiproject
