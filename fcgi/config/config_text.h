// The text of a configuration: FILE, and after it every conf.d/*.properties beside it, in the order of their names.
// What comes later wins. A package owns FILE; what an administrator or another package adds goes into conf.d.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace aiproject {

struct ConfigPart {
    std::string file;  // its path
    std::string text;
};

struct ConfigText {
    std::vector<ConfigPart> parts;    // FILE first
    std::vector<std::string> errors;  // a line for each part that cannot be read
};

// The folder conf.d beside FILE, whether or not it exists.
std::filesystem::path addedFolder(const std::string& file);

// The files in it that count, in order: neither hidden ones nor what editors and dpkg leave (.properties~,
// .properties.dpkg-old). `error` says why it cannot be looked into.
std::vector<std::string> addedFiles(const std::string& file, std::string& error);

ConfigText readConfigText(const std::string& file);
ConfigText readConfigFile(const std::string& file);  // FILE alone

// All parts as one text for the workers, which a reader of a single file understands as well: the path of a part stands
// in a comment before it. Without conf.d it is the text of FILE.
std::string asOneText(const std::vector<ConfigPart>& parts);
std::vector<ConfigPart> partsOf(const std::string& oneText, const std::string& file);

}  // namespace aiproject
