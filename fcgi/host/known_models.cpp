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

std::string listOf(const std::vector<std::string>& names) {
    return Poco::cat(std::string(", "), names.begin(), names.end());
}

std::string sentenceAbout(const std::string& name, const std::set<std::string>& configured,
                          const std::set<std::string>& known) {
    std::string sentence = "there is no model or alias '" + quotable(name, kLongestShown) + "'";
    if (known.empty()) return sentence + "; no model is set up";
    const std::string meant = nearestWord(name, {known.begin(), known.end()});
    sentence += meant.empty() ? "; there are: " : "; did you mean " + meant + "? There are: ";
    std::vector<std::string> ofPlugins;
    std::set_difference(known.begin(), known.end(), configured.begin(), configured.end(),
                        std::back_inserter(ofPlugins));
    sentence += listOf({configured.begin(), configured.end()});
    if (!configured.empty() && !ofPlugins.empty()) sentence += "; ";
    return ofPlugins.empty() ? sentence : sentence + "of plugins, set up or not: " + listOf(ofPlugins);
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

void requireKnown(const std::vector<std::string>& names, const Config& config, const std::set<std::string>& plugins) {
    const std::set<std::string> known = knownModels(config, plugins);
    for (const std::string& name : names)
        if (known.count(name) == 0)
            throw refusal(ErrorKind::badRequest, sentenceAbout(name, knownModels(config, {}), known));
}

}  // namespace aiproject
