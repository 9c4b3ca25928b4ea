// What becomes of each member of a chat completion's request: the one table of them, which HTTP.md repeats.
#pragma once

#include "base/json_member.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

enum class Treatment {
    used,     // by this server
    mapped,   // for models that can do it; others go on without
    needed,   // for models that can do it; refused where the model cannot
    passed,   // to upstreams that speak this dialect, as it is; others never hear of it
    refused,  // by this server, whatever the model
};

struct OpenAiMember {
    std::string_view name;
    std::uint32_t types;  // mask of JsonType
    Treatment treatment;
};

enum JsonType : std::uint32_t {
    textType = 1,
    numberType = 2,
    integerType = 4,
    flagType = 8,
    listType = 16,
    objectType = 32
};

// A member that is in no row passes, like those of the rows that pass.
const std::vector<OpenAiMember>& openAiMembers();

// Throws Error(badRequest or unsupported), which names the member, for one of another type and one that is refused.
void checkMembers(simdjson::dom::object request);

// Of a member of that request; null counts as absent. These throw Error(badRequest) for another type or range.
std::optional<double> numberIn(simdjson::dom::object object, std::string_view name, double least, double most);
std::optional<std::int64_t> integerIn(simdjson::dom::object object, std::string_view name, std::int64_t least);
bool flagIn(simdjson::dom::object object, const std::string& path, std::string_view name);
// `path` is where it stands: "messages[3].content".
// What is looked at here goes to an upstream as it is: it must not find there what was not seen here.
void refuseOtherWritings(simdjson::dom::object members, const std::string& path);
std::string_view textOf(simdjson::dom::element value, const std::string& path);

}  // namespace aiproject
