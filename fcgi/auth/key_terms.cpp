#include "auth/key_terms.h"

#include <Poco/String.h>

#include <algorithm>

#include "auth/registration.h"
#include "auth/text_forms.h"
#include "base/error.h"
#include "base/most_units.h"
#include "base/utf8.h"

namespace aiproject {
namespace {

constexpr std::size_t kLongestKeyName = 100, kMostModels = 50;
constexpr std::size_t kLongestList = 4'000;  // characters, which MySQL's column has

void requireLimit(std::int64_t most, const std::string& what) {
    if (most < -1 || most > kMostUnits)
        throw refusalOf(what, "'" + what + "' of a key is a whole number from 0 to " + std::to_string(kMostUnits) +
                                  ", or -1 for no limit");
}

Error wrongModels(const std::string& sentence) { return refusalOf("models", sentence); }

// An alias may have nearly any character; a comma would make two names of one.
void requireModels(const std::vector<std::string>& models) {
    if (models.size() > kMostModels)
        throw wrongModels("a key names at most " + std::to_string(kMostModels) + " models; without any it may use all");
    for (const std::string& model : models)
        if (model.empty() || !isUtf8(model) || hasControlCharacter(model) || model.find(',') != std::string::npos)
            throw wrongModels("'" + printable(model) + "' cannot be the name of a model");
    if (lengthOf(listOf(models)) > kLongestList)
        throw wrongModels("the names of a key's models have at most " + std::to_string(kLongestList) +
                          " characters together");
}

}  // namespace

KeyTerms checkedTerms(const KeyTerms& terms, std::int64_t nowMs) {
    KeyTerms fit = terms;
    const std::optional<std::string> name = trimmedText(terms.name);
    if (!name || lengthOf(*name) > kLongestKeyName || hasControlCharacter(*name))
        throw refusalOf("name", "the name of a key has at most 100 characters, and none that controls");
    fit.name = nameForm(*name);
    requireModels(terms.models);
    if (terms.endsMs != 0 && terms.endsMs <= nowMs) throw refusalOf("ends", "the end of the key is over already");
    requireLimit(terms.mostTokens, "tokens");
    requireLimit(terms.mostMoney, "money");
    if (terms.refill != Refill::none && terms.mostTokens < 0 && terms.mostMoney < 0)
        throw refusalOf("refill", "a key without a limit of tokens or money has nothing to refill");
    return fit;
}

std::string listOf(const std::vector<std::string>& models) {
    return Poco::cat(std::string(","), models.begin(), models.end());
}

std::vector<std::string> modelsIn(const std::string& list) {
    std::vector<std::string> models;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        models.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return models;
}

const char* nameOf(Refill refill) noexcept {
    switch (refill) {
        case Refill::none: return "none";
        case Refill::day: return "day";
        case Refill::month: return "month";
    }
    return "";
}

std::optional<Refill> refillOf(std::string_view word) noexcept {
    for (const Refill refill : {Refill::none, Refill::day, Refill::month})
        if (word == nameOf(refill)) return refill;
    return std::nullopt;
}

}  // namespace aiproject
