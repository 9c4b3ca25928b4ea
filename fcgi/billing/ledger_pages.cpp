#include "billing/ledger_pages.h"

#include "base/utc_text.h"
#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <utility>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;

namespace {

constexpr const char* kTexts[] = {"user_name", "model", "route", "kind", "outcome", "basis", "request_id"};
constexpr const char* kNumbers[] = {"user_id",       "key_id",         "tokens_in",        "tokens_out",
                                    "tokens",        "tokens_cached",  "tokens_reasoning", "pictures",
                                    "voice_seconds", "charged_tokens", "charged_pictures", "charged_voice_seconds",
                                    "cost",          "charged_money",  "milliseconds"};

LedgerRow rowIn(Poco::Data::RecordSet& rows) {
    const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
    LedgerRow row{number("id"), Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER)};
    row.json.set("id", row.id);
    row.json.set("at", utcTime(number("at_ms")));
    for (const char* column : kTexts)
        row.json.set(std::string(column) == "user_name" ? "user" : column, rows[column].convert<std::string>());
    for (const char* column : kNumbers) row.json.set(column, number(column));
    return row;
}

}  // namespace

// The conditions are put together, of constants: with `? = '' OR` no database would use an index. Names and models have
// none: `id + 0` has the database go by the times, where the order of the ids would lead it through rows of all times.
// LIMIT stands in the statement, because Poco's limit() would bring the whole table from PostgreSQL first.
std::string pageStatement(const LedgerQuestion& question) {
    const std::string id = question.goesByTime() ? "id + 0" : "id";
    return "SELECT id, at_ms, user_id, user_name, key_id, model, route, kind, outcome, basis, request_id,"
           " tokens_in, tokens_out, tokens, tokens_cached, tokens_reasoning, pictures, voice_seconds,"
           " charged_tokens, charged_pictures, charged_voice_seconds, cost, charged_money, milliseconds"
           " FROM ledger WHERE " +
           id + " < ? AND at_ms >= ? AND at_ms < ?" + (question.userId != 0 ? " AND user_id = ?" : "") +
           (question.user.empty() ? "" : " AND user_name = ?") + (question.model.empty() ? "" : " AND model = ?") +
           " ORDER BY " + id + " DESC LIMIT ?";
}

std::vector<LedgerRow> ledgerPage(Database& database, const LedgerQuestion& question) {
    std::vector<LedgerRow> page;
    database.read([&](Session& session) {
        page.clear();
        Poco::Data::Statement select(session);
        select << pageStatement(question), bind(question.beforeId), bind(question.sinceMs), bind(question.untilMs);
        if (question.userId != 0) select, bind(question.userId);
        if (!question.user.empty()) select, bind(question.user);
        if (!question.model.empty()) select, bind(question.model);
        select, bind(question.limit);
        select.execute();
        Poco::Data::RecordSet rows(select);
        for (bool more = rows.moveFirst(); more; more = rows.moveNext()) page.push_back(rowIn(rows));
    });
    return page;
}

}  // namespace aiproject
