// The voices of an installation of espeak-ng, read off the names of its files: no engine is needed to know them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::espeak {

class Voices {
public:
    // `data`: the folder espeak-ng-data. Throws std::runtime_error where it has no voices.
    explicit Voices(const std::string& data);

    // "en-us", "cmn" or "de+f3" as the engine takes it: "gmw/en-US", "sit/cmn", "gmw/de+f3". Nothing: there is no such
    // voice.
    std::optional<std::string> find(std::string_view name) const;
    // For a sentence: "af, am, an, ...".
    std::string languages() const;

private:
    std::map<std::string, std::string> languages_;  // in lower case, to what the engine calls it
    std::map<std::string, std::string> variants_;
};

// The folder of an installed espeak-ng.
std::string installedVoices();

// One that reads Chinese characters.
bool readsHan(std::string_view voice);

}  // namespace aiproject::espeak
