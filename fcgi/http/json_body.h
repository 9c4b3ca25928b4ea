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

// simdjson reads beyond the end of a text. One with so much memory of its own behind it need not be copied for that.
constexpr std::size_t kRoomBehindJson = simdjson::SIMDJSON_PADDING;

class JsonBody {
public:
    // Skips one UTF-8 byte order mark at the start, as RFC 8259, 8.1, allows. Keeps nothing of the text. `room`: bytes
    // behind it that may be read. Throws Error(badRequest).
    explicit JsonBody(std::string_view text, JsonLimits limits = {}, std::size_t room = 0);

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
