// `aiproject plugin new`: a folder for a plugin, out of the files of plugins/sdk/template, which are installed. In them
// words such as @NAME@ stand for what is known only now.
#include "commands/command_line.h"
#include "config/install_layout.h"
#include "config/name_rule.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <system_error>
#include <vector>

namespace aiproject {
namespace {

using std::filesystem::path;

struct PluginKind {
    const char* name;
    const char* test;  // its file in the template
    bool isHttp;
};
constexpr std::array<PluginKind, 3> kKinds{
    {{"computes", "test_computes.cpp", false}, {"blocks", "test_http.cpp", true}, {"follows", "test_http.cpp", true}}};

const PluginKind& kindNamed(const std::string& name) {
    const auto* const found =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& kind) { return kind.name == name; });
    if (found == kKinds.end())
        throw NotUnderstood(
            "--kind: '" + name +
            "' is not a kind of plugin: write computes (makes the answer itself), blocks (asks a service "
            "and waits) or follows (asks a service, and the host waits)");
    return *found;
}

constexpr const char* kUnitTest = "unit_test.cpp";

// Targets that make, CMake and its generators have already, and the files that stand beside the plugin's source.
constexpr std::array<const char*, 23> kTaken{"ALL_BUILD",
                                             "INSTALL",
                                             "PACKAGE",
                                             "RUN_TESTS",
                                             "ZERO_CHECK",
                                             "aiproject_sdk",
                                             "all",
                                             "check",
                                             "clean",
                                             "default_cache",
                                             "depend",
                                             "edit_cache",
                                             "help",
                                             "install",
                                             "package",
                                             "package_source",
                                             "preinstall",
                                             "rebuild_cache",
                                             "test",
                                             "unit_test",
                                             "cmake_check_build_system",
                                             "list_install_components",
                                             "codegen"};

// A name is a file's, a target's of make and CMake, and a part of keys and paths.
void requireName(const std::string& name) {
    const bool isTaken = std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end();
    if (isTaken)
        throw NotUnderstood("'" + name +
                            "' cannot be a plugin's name: make, CMake or the folder has something of that name");
    if (isName(name) && name.front() != '-') return;
    throw NotUnderstood("'" + name +
                        "' cannot be a plugin's name: take 1 to 64 letters, digits, '_' and '-', and no '-' first");
}

std::string contentOf(const path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.is_open() || stream.bad() || content.empty())
        throw std::runtime_error("the template of plugins cannot be read: " + file.string() +
                                 " (package aiproject-dev, or the install rules of plugins/)");
    return content;
}

// From the template's file to the folder's.
std::map<std::string, std::string> filesOf(const PluginKind& kind, const std::string& name) {
    std::map<std::string, std::string> files{{"Makefile", "Makefile"},
                                             {"CMakeLists.txt", "CMakeLists.txt"},
                                             {"README.md", "README.md"},
                                             {"exports.map", "exports.map"},
                                             {kind.name + std::string(".cpp"), name + ".cpp"},
                                             {kind.test, kUnitTest}};
    if (kind.isHttp) files["test_server.h"] = "test_server.h";
    return files;
}

std::string filled(std::string text, const std::map<std::string, std::string>& words) {
    for (const auto& [word, value] : words) Poco::replaceInPlace(text, "@" + word + "@", value);
    return text;
}

void write(const path& file, const std::string& content) {
    std::ofstream stream(file, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream) throw std::system_error(errno, std::generic_category(), "cannot write " + file.string());
}

void makeFolder(const path& folder) {
    std::error_code fault;
    if (std::filesystem::create_directory(folder, fault)) return;
    if (!fault || std::filesystem::exists(std::filesystem::symlink_status(folder)))
        throw std::runtime_error(folder.string() + " exists; nothing was changed: take another name, or --in FOLDER");
    throw std::system_error(fault, "cannot make the folder " + folder.string());
}

}  // namespace

int pluginNew(const CommandLine& line) {
    const std::string& name = line.arguments.at(0);
    requireName(name);
    const PluginKind& kind = kindNamed(line.textOf("kind", "computes"));
    const path folder = path(line.textOf("in", ".")) / name;
    const std::map<std::string, std::string> words{{"NAME", name},
                                                   {"KIND", kind.name},
                                                   {"TLS", kind.isHttp ? "ON" : "OFF"},
                                                   {"INCLUDEDIR", installedIncludeDir().string()},
                                                   {"PLUGINDIR", installedPluginDir().string()}};
    std::map<std::string, std::string> contents;  // all are read before anything is written
    for (const auto& [from, to] : filesOf(kind, name))
        contents[to] = filled(contentOf(installedTemplateDir() / from), words);
    makeFolder(folder);
    try {
        for (const auto& [file, content] : contents) write(folder / file, content);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        throw;
    }
    const std::string shown = folder.lexically_normal().string();
    std::cout << "wrote " << shown << ": a plugin that " << kind.name << "\n\n"
              << "  cd " << shown << " && make && make check    builds it and runs its test\n"
              << "  " << shown << "/README.md    says how it goes on; man aiproject-plugin has the contract\n";
    return EXIT_SUCCESS;
}

}  // namespace aiproject
