#include "routes/openai_members.h"

#include "base/error.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace aiproject {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// A whole number, be it written as 5 or as 5.0.
std::optional<std::int64_t> wholeNumber(const element& value) {
    std::int64_t integer = 0;
    double number = 0;
    if (value.get(integer) == simdjson::SUCCESS) return integer;
    constexpr double most = 9e15;
    if (value.get(number) != simdjson::SUCCESS || std::trunc(number) != number || std::abs(number) > most)
        return std::nullopt;
    return std::int64_t(number);
}

bool hasType(const element& value, std::uint32_t types) {
    const auto isOne = [types](JsonType type) { return (types & type) != 0; };
    return (isOne(textType) && value.is_string()) || (isOne(numberType) && value.is_number()) ||
           (isOne(integerType) && wholeNumber(value)) || (isOne(flagType) && value.is_bool()) ||
           (isOne(listType) && value.is_array()) || (isOne(objectType) && value.is_object());
}

std::string typesIn(std::uint32_t mask) {
    constexpr std::array<std::pair<JsonType, std::string_view>, 6> names{{{textType, "a text"},
                                                                          {numberType, "a number"},
                                                                          {integerType, "a whole number"},
                                                                          {flagType, "true or false"},
                                                                          {listType, "a list"},
                                                                          {objectType, "an object"}}};
    std::string all;
    for (const auto& [type, name] : names)
        if ((mask & type) != 0) all.append(all.empty() ? "" : " or ").append(name);
    return all;
}

[[noreturn]] void refuseType(const std::string& path, std::uint32_t types) {
    throw refusalOf(path, "'" + path + "' must be " + typesIn(types));
}

// As readers see a name that do not look at case, those in Go among them: U+017F is s to them, and U+212A k.
std::string folded(std::string_view name) {
    std::string plain = Poco::replace(Poco::replace(std::string(name), "\u017F", "s"), "\u212A", "k");
    return Poco::toLowerInPlace(plain);
}

}  // namespace

const std::vector<OpenAiMember>& openAiMembers() {
    static const std::vector<OpenAiMember> members{{"model", textType, Treatment::used},
                                                   {"messages", listType, Treatment::used},
                                                   {"stream", flagType, Treatment::used},
                                                   {"stream_options", objectType, Treatment::used},
                                                   {"n", integerType, Treatment::used},
                                                   {"temperature", numberType, Treatment::mapped},
                                                   {"top_p", numberType, Treatment::mapped},
                                                   {"top_k", integerType, Treatment::mapped},
                                                   {"presence_penalty", numberType, Treatment::mapped},
                                                   {"frequency_penalty", numberType, Treatment::mapped},
                                                   {"max_completion_tokens", integerType, Treatment::mapped},
                                                   {"max_tokens", integerType, Treatment::mapped},
                                                   {"seed", integerType, Treatment::mapped},
                                                   {"reasoning_effort", textType, Treatment::mapped},
                                                   {"tools", listType, Treatment::needed},
                                                   {"tool_choice", textType | objectType, Treatment::needed},
                                                   {"response_format", objectType, Treatment::needed},
                                                   {"stop", textType | listType, Treatment::needed},
                                                   {"parallel_tool_calls", flagType, Treatment::passed},
                                                   {"logprobs", flagType, Treatment::passed},
                                                   {"top_logprobs", integerType, Treatment::passed},
                                                   {"logit_bias", objectType, Treatment::passed},
                                                   {"user", textType, Treatment::passed},
                                                   {"safety_identifier", textType, Treatment::passed},
                                                   {"prompt_cache_key", textType, Treatment::passed},
                                                   {"verbosity", textType, Treatment::passed},
                                                   {"modalities", listType, Treatment::passed},
                                                   {"audio", objectType, Treatment::passed},
                                                   {"prediction", objectType, Treatment::passed},
                                                   {"store", flagType, Treatment::passed},
                                                   {"metadata", objectType, Treatment::passed},
                                                   {"service_tier", textType, Treatment::passed},
                                                   {"web_search_options", objectType, Treatment::passed},
                                                   {"functions", listType, Treatment::refused},
                                                   {"function_call", textType | objectType, Treatment::refused}};
    return members;
}

void checkMembers(object request) {
    const std::vector<OpenAiMember>& members = openAiMembers();
    for (const auto& [name, value] : request) {
        const auto known = std::find_if(members.begin(), members.end(),
                                        [name = name](const OpenAiMember& member) { return member.name == name; });
        if (known == members.end() || value.is_null()) continue;
        const std::string path(name);
        if (!hasType(value, known->types)) refuseType(path, known->types);
        if (known->treatment == Treatment::refused)
            throw refusalOf(path,
                            "'" + path + "' is of an older form, which is not served: use 'tools' and 'tool_choice'",
                            ErrorKind::unsupported);
    }
}

std::optional<double> numberIn(object members, std::string_view name, double least, double most) {
    const auto member = memberUnlessNull(members, name);
    if (!member) return std::nullopt;
    double number = 0;
    const std::string path(name);
    if (member->get(number) != simdjson::SUCCESS) refuseType(path, numberType);
    if (number >= least && number <= most) return number;
    throw refusalOf(path,
                    "'" + path + "' must be from " + std::to_string(int(least)) + " to " + std::to_string(int(most)));
}

std::optional<std::int64_t> integerIn(object members, std::string_view name, std::int64_t least) {
    const auto member = memberUnlessNull(members, name);
    if (!member) return std::nullopt;
    const std::string path(name);
    const std::optional<std::int64_t> number = wholeNumber(*member);
    if (!number) refuseType(path, integerType);
    if (*number < least) throw refusalOf(path, "'" + path + "' must be at least " + std::to_string(least));
    return number;
}

bool flagIn(object members, const std::string& path, std::string_view name) {
    const auto member = memberUnlessNull(members, name);
    if (!member) return false;
    bool flag = false;
    if (member->get(flag) != simdjson::SUCCESS) refuseType(path + std::string(name), flagType);
    return flag;
}

std::string_view textOf(element value, const std::string& path) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) refuseType(path, textType);
    return text;
}

void refuseOtherWritings(simdjson::dom::object members, const std::string& path) {
    constexpr std::string_view names[] = {"role", "content",     "tool_calls", "type",   "text",     "image_url",
                                          "url",  "input_audio", "data",       "format", "function", "name"};
    std::uint32_t seen = 0;
    for (const auto& [name, value] : members) {
        const auto* const known = std::find(std::begin(names), std::end(names), folded(name));
        if (known == std::end(names)) continue;
        const std::uint32_t bit = 1U << unsigned(known - std::begin(names));
        const std::string place = path + "." + std::string(*known);
        if (name != *known) throw refusalOf(place, "'" + place + "' must be written in lower case");
        if ((seen & bit) != 0) throw refusalOf(place, "'" + place + "' must be there once only");
        seen |= bit;
    }
}

}  // namespace aiproject
