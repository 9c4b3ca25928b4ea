// What the handlers of /admin/* share: their answers, the query of a path, pages of long lists, members of a body.
//
// ERRORS   Error(badRequest) that names the parameter or member.
#pragma once

#include "auth/audit.h"
#include "routes/router.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aiproject {

// No other site reads it, and no cache keeps it.
void sendObject(Exchange& exchange, const Poco::JSON::Object& object, int status = 200,
                std::vector<std::pair<std::string_view, std::string>> headers = {});

// Of an admin who changes something, for the audit log.
Origin adminOriginOf(const Context& context);
// The {id} of the path; Error(noSuchPath) when it is none. `what` is for the sentence: "user".
std::int64_t idIn(const Context& context, const std::string& what);
Error noSuch(const std::string& what);

// The parameters behind the '?'.
class Query {
public:
    explicit Query(const Request& request);

    std::string text(const std::string& name) const;  // UTF-8 without control characters; empty: absent
    bool isTrue(const std::string& name) const;
    std::int64_t number(const std::string& name, std::int64_t least, std::int64_t most, std::int64_t otherwise) const;
    // Beginnings and ends of days, or times: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.
    std::int64_t since(std::int64_t otherwise) const;
    std::int64_t until(std::int64_t otherwise) const;

    // One more than the page has, to know whether there are more.
    int limit() const;
    // Of lists whose cursor is the id of the last row.
    std::int64_t beforeId() const;
    static Error wrongCursor();

private:
    std::map<std::string, std::string> values_;
};

// {"items":[...],"next":CURSOR or null}. `rows` may be one more than `limit` - 1, which is not shown then.
template <class Row, class JsonOf, class CursorOf>
Poco::JSON::Object pageOf(const std::vector<Row>& rows, int limit, const JsonOf& json, const CursorOf& cursor) {
    const std::size_t shown = std::min(rows.size(), std::size_t(limit) - 1);
    Poco::JSON::Array items;
    for (std::size_t i = 0; i < shown; ++i) items.add(json(rows[i]));
    Poco::JSON::Object page(Poco::JSON_PRESERVE_KEY_ORDER);
    page.set("items", items);
    page.set("next",
             shown < rows.size() ? Poco::Dynamic::Var(std::string(cursor(rows[shown - 1]))) : Poco::Dynamic::Var());
    return page;
}

// A balance or limit: from `least` to kMostUnits; absent or null: `otherwise`.
std::int64_t unitsIn(const JsonBody& body, const std::string& member, std::int64_t least, std::int64_t otherwise);
// Nothing: absent or null.
std::optional<bool> flagIn(const JsonBody& body, const std::string& member);

// What `check` answers; a refusal of it names the member.
template <class Check>
auto concerning(const std::string& member, const Check& check) {
    try {
        return check();
    } catch (Error& error) {
        throw Error(error).concerning(member);
    }
}

}  // namespace aiproject
