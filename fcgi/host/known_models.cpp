#include "host/known_models.h"

#include "base/error.h"
#include "base/near_word.h"
#include "base/utf8.h"
#include "config/name_rule.h"

#include <Poco/String.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace aiproject {
namespace {

constexpr std::size_t kLongestShown = 64;

std::string sentenceAbout(const std::string& name, const std::set<std::string>& known) {
    const std::string sentence = "there is no model or alias '" + quotable(name, kLongestShown) + "'";
    if (known.empty()) return sentence + "; no model is set up";
    const std::string meant = nearestWord(name, {known.begin(), known.end()});
    return sentence + (meant.empty() ? "; there are: " : "; did you mean " + meant + "? There are: ") +
           Poco::cat(std::string(", "), known.begin(), known.end());
}

}  // namespace

std::set<std::string> knownModels(const Config& config, const std::set<std::string>& plugins) {
    std::set<std::string> known;
    std::copy_if(plugins.begin(), plugins.end(), std::inserter(known, known.end()), isName);
    for (const auto& [name, model] : config.models) known.insert(name);
    for (const std::string& alias : config.routes.aliases)
        if (const std::string name = alias.substr(0, alias.find('=')); !name.empty()) known.insert(name);
    return known;
}

void requireKnown(const std::vector<std::string>& names, const std::set<std::string>& known) {
    for (const std::string& name : names)
        if (known.count(name) == 0) throw refusal(ErrorKind::badRequest, sentenceAbout(name, known));
}

}  // namespace aiproject
