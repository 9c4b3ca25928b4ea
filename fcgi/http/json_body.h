// A request's JSON object, with the refusals that the contract wants: unreadable, ill-typed, missing.
#pragma once

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

namespace aiproject {

class JsonBody {
public:
    // One UTF-8 byte order mark at the start is passed over, as RFC 8259, 8.1, allows.
    explicit JsonBody(std::string text);  // throws Error(badRequest)

    // UTF-8. Throws Error(badRequest) when it is missing or of another type.
    std::string text(const std::string& name) const;
    std::string textOr(const std::string& name, const std::string& missing) const;
    Poco::JSON::Array::Ptr array(const std::string& name) const;

private:
    Poco::JSON::Object::Ptr object_;
};

// Without the mark that Windows tools write before UTF-8, if there is one.
std::string_view withoutByteOrderMark(std::string_view text);

// A member that must be text; `what` names it in the refusal.
std::string textOf(const Poco::Dynamic::Var& value, const std::string& what);

}  // namespace aiproject
