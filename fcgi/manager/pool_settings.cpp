#include "manager/pool_settings.h"

#include <Poco/String.h>

#include <algorithm>
#include <iterator>

namespace aiproject {
namespace {

constexpr const char* kModel = "model.";

// Libraries ask for these, whatever a model's setting does with them.
const std::set<std::string> kNoSecrets{"system.env.HOME", "system.env.PATH",   "system.env.USER", "system.env.LOGNAME",
                                       "system.env.LANG", "system.env.TMPDIR", "system.env.TZ"};

// As Poco reads them: a backslash before its end joins a line to the next one, but not in a comment.
std::vector<std::string> logicalLines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        const std::size_t first = text.find_first_not_of(" \t", at);
        const bool isComment = first != std::string::npos && (text[first] == '#' || text[first] == '!');
        for (; end < text.size() && text[end] != '\n'; ++end)
            if (text[end] == '\\' && !isComment) {
                ++end;
                if (end < text.size() && text[end] == '\r') ++end;
            }
        end = std::min(end + 1, text.size());
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    return lines;
}

std::string keyOf(const std::string& entry) { return Poco::trim(entry.substr(0, entry.find_first_of("=:"))); }

// Of variables, or of other keys.
std::set<std::string> namesIn(const std::string& entry) {
    std::set<std::string> names;
    for (std::size_t at = entry.find("${"); at != std::string::npos; at = entry.find("${", at + 1)) {
        const std::size_t end = entry.find('}', at);
        if (end != std::string::npos) names.insert(entry.substr(at + 2, end - at - 2));
    }
    return names;
}

}  // namespace

PoolSettings::PoolSettings(const PoolConfig& pool, const std::string& file, const std::vector<std::string>& overrides)
    : models_(pool.models) {
    std::vector<std::string> left = logicalLines(file), right = overrides;
    std::set<std::string> told, hidden;
    // What is told may name what would be left out: then that is told as well.
    for (std::size_t before = 0, first = 1; first != 0 || told.size() != before; first = 0) {
        before = told.size();
        hidden.clear();
        for (const auto* entries : {&left, &right})
            for (const std::string& entry : *entries) {
                const bool isKept = isTold(keyOf(entry)) || told.count(keyOf(entry)) > 0;
                (isKept ? told : hidden).merge(namesIn(entry));
            }
    }
    const auto isKept = [&](const std::string& entry) { return isTold(keyOf(entry)) || told.count(keyOf(entry)) > 0; };
    for (const std::string& entry : left)
        if (isKept(entry)) file_ += entry;
    std::copy_if(right.begin(), right.end(), std::back_inserter(overrides_), isKept);
    const std::string variable = "system.env.";
    for (const std::string& name : hidden)
        if (told.count(name) == 0 && kNoSecrets.count(name) == 0 && name.compare(0, variable.size(), variable) == 0)
            withheld_.insert(name.substr(variable.size()));
}

// A model's name stays known, with what it is made of, how many calls it may have, and its prices: any worker of the
// host settles the calls of one that was killed.
bool PoolSettings::isTold(const std::string& key) const {
    const std::string stem = kModel;
    if (key.compare(0, stem.size(), stem) != 0) return true;
    const std::size_t dot = key.find('.', stem.size());
    const std::string name = key.substr(stem.size(), dot - stem.size());
    const std::string setting = dot == std::string::npos ? "" : key.substr(dot + 1);
    if (setting == "plugin" || setting == "calls" || setting.compare(0, 6, "price.") == 0) return true;
    return std::any_of(models_.begin(), models_.end(),
                       [&](const std::string& model) { return model == "*" || model == name; });
}

}  // namespace aiproject
