// A request's JSON object, with the refusals that the contract wants: unreadable, ill-typed, missing.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// The documented bodies need three levels; a value takes at least 16 bytes once it is parsed, and lists are walked
// through.
struct JsonLimits {
    int deepest = 16;
    int mostValues = 50'000;
};

class JsonBody {
public:
    // Skips one UTF-8 byte order mark at the start, as RFC 8259, 8.1, allows. Keeps nothing of the text.
    explicit JsonBody(std::string_view text, JsonLimits limits = {});  // throws Error(badRequest)

    // Valid as long as the body, as all that is in it.
    simdjson::dom::object root() const;

    // UTF-8. Throws Error(badRequest) when it is missing or of another type.
    std::string text(std::string_view name) const;
    std::string textOr(std::string_view name, std::string_view missing) const;
    std::int64_t numberOr(std::string_view name, std::int64_t missing) const;  // whole
    std::vector<std::string> textsOrNone(std::string_view name) const;
    // Valid as long as the body.
    simdjson::dom::array array(std::string_view name) const;

private:
    simdjson::dom::element required(std::string_view name) const;

    simdjson::dom::document document_;
};

// Without the mark that Windows tools write before UTF-8, if there is one.
std::string_view withoutByteOrderMark(std::string_view text);

}  // namespace aiproject
