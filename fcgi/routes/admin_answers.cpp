#include "routes/admin_answers.h"

#include "base/json_member.h"
#include "base/most_units.h"
#include "base/utc_text.h"
#include "base/utf8.h"

#include <Poco/NumberParser.h>
#include <Poco/StringTokenizer.h>
#include <Poco/URI.h>

#include <algorithm>
#include <limits>
#include <sstream>

namespace aiproject {
namespace {

constexpr int kLongestPage = 200, kUsualPage = 50;

std::string decoded(const std::string& text) {
    std::string plain;
    Poco::URI::decode(text, plain, true);
    return plain;
}

std::optional<std::int64_t> numberIn(const std::string& text) {
    Poco::Int64 number = 0;
    const bool isNumber = !text.empty() && text.find_first_not_of("-0123456789") == std::string::npos &&
                          Poco::NumberParser::tryParse64(text, number);
    return isNumber ? std::optional<std::int64_t>(number) : std::nullopt;
}

Error wrongDay(const std::string& name) {
    return refusalOf(name, "'" + name + "' is neither a day as YYYY-MM-DD nor a time as YYYY-MM-DDTHH:MM:SSZ");
}

}  // namespace

void sendObject(Exchange& exchange, const Poco::JSON::Object& object, int status,
                std::vector<std::pair<std::string_view, std::string>> headers) {
    std::ostringstream out;
    object.stringify(out);
    const std::string text = out.str();
    ResponseHead head;
    head.status = status;
    head.isForAnyOrigin = false;
    head.headers = std::move(headers);
    head.headers.emplace_back("Cache-Control", "no-store");
    exchange.start(head);
    exchange.write(isUtf8(text) ? text : quotable(text, 4 * text.size()));  // names that were imported may be anything
}

Origin adminOriginOf(const Context& context) {
    Origin origin = originOf(context);
    origin.actor = context.user->name;
    return origin;
}

Error noSuch(const std::string& what) { return refusal(ErrorKind::noSuchPath, "there is no such " + what); }

std::int64_t idIn(const Context& context, const std::string& what) {
    const std::optional<std::int64_t> id = numberIn(context.part);
    if (!id || *id <= 0) throw noSuch(what);
    return *id;
}

Query::Query(const Request& request) {
    try {
        for (const std::string& pair :
             Poco::StringTokenizer(request.query, "&", Poco::StringTokenizer::TOK_IGNORE_EMPTY)) {
            const auto sign = std::min(pair.find('='), pair.size());
            values_[decoded(pair.substr(0, sign))] = decoded(pair.substr(std::min(sign + 1, pair.size())));
        }
    } catch (const Poco::Exception&) {  // its text has no more to say
        throw refusal(ErrorKind::badRequest, "the query of the path cannot be read: a '%' without two digits");
    }
}

std::string Query::text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return {};
    if (!isUtf8(found->second) || hasControlCharacter(found->second))
        throw refusalOf(name, "'" + name + "' is not a text in UTF-8, or has control characters");
    return found->second;
}

bool Query::isTrue(const std::string& name) const {
    const std::string word = text(name);
    if (!word.empty() && word != "true" && word != "false")
        throw refusalOf(name, "'" + name + "' is not true or false");
    return word == "true";
}

std::int64_t Query::number(const std::string& name, std::int64_t least, std::int64_t most,
                           std::int64_t otherwise) const {
    const std::string word = text(name);
    if (word.empty()) return otherwise;
    const std::optional<std::int64_t> number = numberIn(word);
    if (!number || *number < least || *number > most)
        throw refusalOf(
            name, "'" + name + "' is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return *number;
}

std::int64_t Query::since(std::int64_t otherwise) const {
    const std::string word = text("since");
    const std::optional<std::int64_t> time = word.empty() ? otherwise : utcTimeIn(word);
    if (!time) throw wrongDay("since");
    return *time;
}

std::int64_t Query::until(std::int64_t otherwise) const {
    const std::string word = text("until");
    const std::optional<std::int64_t> time = word.empty() ? otherwise : utcEndIn(word);
    if (!time) throw wrongDay("until");
    return *time;
}

int Query::limit() const { return int(number("limit", 1, kLongestPage, kUsualPage)) + 1; }

std::int64_t Query::beforeId() const {
    const std::string cursor = text("cursor");
    if (cursor.empty()) return std::numeric_limits<std::int64_t>::max();
    const std::optional<std::int64_t> id = numberIn(cursor);
    if (!id || *id <= 0) throw wrongCursor();
    return *id;
}

Error Query::wrongCursor() {
    return refusalOf("cursor", "'cursor' is not the 'next' of a page of this list; begin again without it");
}

std::int64_t unitsIn(const JsonBody& body, const std::string& member, std::int64_t least, std::int64_t otherwise) {
    const std::int64_t number = concerning(member, [&] { return body.numberOr(member, otherwise); });
    if (number != otherwise && (number < least || number > kMostUnits))
        throw refusalOf(member, "'" + member + "' is not a whole number from " + std::to_string(least) + " to " +
                                    std::to_string(kMostUnits));
    return number;
}

std::optional<bool> flagIn(const JsonBody& body, const std::string& member) {
    const auto found = memberUnlessNull(body.root(), member);
    if (!found) return std::nullopt;
    bool flag = false;
    if (found->get(flag) != simdjson::SUCCESS) throw refusalOf(member, "'" + member + "' is not true or false");
    return flag;
}

}  // namespace aiproject
