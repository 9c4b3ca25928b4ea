#include "openai/tools.h"

#include "upstream/json_members.h"

namespace aiproject::openai {
namespace {

// As it is where it is no object, or a name in it has an escape.
template <class Written>
std::string objectWith(std::string_view json, const Written& written) {
    const auto members = outbound::membersOf(json);
    if (!members) return std::string(json);
    std::string object;
    for (const outbound::JsonMember& member : *members) {
        const std::string text = written(member);
        if (!text.empty()) object.append(object.empty() ? "" : ",").append(text);
    }
    return "{" + object + "}";
}

std::string functionOf(std::string_view json) {
    return objectWith(json, [](const outbound::JsonMember& member) {
        return member.name == "strict" ? std::string() : std::string(member.whole);
    });
}

std::string toolOf(std::string_view json) {
    return objectWith(json, [](const outbound::JsonMember& member) {
        return member.name == "function" ? R"("function":)" + functionOf(member.value) : std::string(member.whole);
    });
}

}  // namespace

// A schema may have a property of that name: then the tools are written without need.
bool mentionsStrict(std::string_view tools) { return tools.find("\"strict\"") != std::string_view::npos; }

std::string withoutStrict(std::string_view tools) {
    const auto elements = outbound::elementsOf(tools);
    if (!elements) return std::string(tools);
    std::string array;
    for (const std::string_view tool : *elements) array.append(array.empty() ? "[" : ",").append(toolOf(tool));
    return array.empty() ? "[]" : array + "]";
}

}  // namespace aiproject::openai
