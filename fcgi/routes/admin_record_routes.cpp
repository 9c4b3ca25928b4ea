// /admin/usage, /admin/ledger and /admin/audit: what is on record.
#include "auth/account_json.h"
#include "base/most_units.h"
#include "base/unix_time.h"
#include "base/utc_text.h"
#include "billing/ledger_pages.h"
#include "billing/usage_report.h"
#include "routes/admin_answers.h"
#include "routes/routes.h"

#include <algorithm>
#include <limits>

namespace aiproject {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr int kUsualDays = 30, kFilteredDays = 31, kMostRows = 1000, kMostOwnDays = 366;
constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

void sendUsage(Context& context, std::int64_t userId) {
    const Query query(context.exchange.request());
    const std::string word = query.text("by");
    const std::optional<UsageBy> by = word.empty() ? UsageBy::day : usageByOf(word);
    if (!by || (*by == UsageBy::user && userId != 0))
        throw refusalOf("by", "'by' is day, model, key or day,model; for admins also user");
    const std::int64_t today = unixMilliseconds() / kDayMs * kDayMs;
    UsageQuestion question;
    question.by = *by;
    question.userId = userId != 0 ? userId : query.number("user_id", 1, kMostUnits, 0);
    question.untilMs = query.until(today + kDayMs);
    question.sinceMs = query.since(std::max<std::int64_t>(0, question.untilMs - kUsualDays * kDayMs));
    question.mostRows = kMostRows + 1;
    if (question.untilMs <= question.sinceMs) throw refusalOf("until", "'until' lies before 'since'");
    if (userId != 0 && question.untilMs - question.sinceMs > kMostOwnDays * kDayMs)
        throw refusalOf("since", "from 'since' to 'until' there are at most 366 days");
    std::vector<UsageSum> sums = sumsOf(context.services.database, question);
    const bool isTruncated = sums.size() > std::size_t(kMostRows);
    if (isTruncated) sums.pop_back();
    Poco::JSON::Array items;
    for (const UsageSum& sum : sums) items.add(jsonOf(sum, *by));
    Poco::JSON::Object answer(Poco::JSON_PRESERVE_KEY_ORDER);
    answer.set("by", std::string(nameOf(*by)));
    answer.set("since", utcDay(question.sinceMs));
    answer.set("until", utcDay(question.untilMs - 1));
    answer.set("items", items);
    answer.set("truncated", isTruncated);
    sendObject(context.exchange, answer);
}

// Where all rows since then are looked at.
std::int64_t filteredSince(const Query& query, std::int64_t untilMs) {
    const std::int64_t end = std::min(untilMs, unixMilliseconds());
    return query.since(std::max<std::int64_t>(0, end - kFilteredDays * kDayMs));
}

}  // namespace

void showOwnUsage(Context& context) { sendUsage(context, context.user->id); }

void showUsage(Context& context) { sendUsage(context, 0); }

void listLedger(Context& context) {
    const Query query(context.exchange.request());
    LedgerQuestion question;
    question.userId = query.number("user_id", 1, kMostUnits, 0);
    question.user = query.text("user");
    question.model = query.text("model");
    question.untilMs = query.until(kForEver);
    question.sinceMs = question.goesByTime() ? filteredSince(query, question.untilMs) : query.since(0);
    question.beforeId = query.beforeId();
    question.limit = query.limit();
    sendObject(context.exchange, pageOf(
                                     ledgerPage(context.services.database, question), question.limit,
                                     [](const LedgerRow& row) { return row.json; },
                                     [](const LedgerRow& row) { return std::to_string(row.id); }));
}

void listAudit(Context& context) {
    const Query query(context.exchange.request());
    AuditQuestion question;
    question.user = query.text("user");
    question.event = query.text("event");
    question.actor = query.text("actor");
    question.untilMs = query.until(kForEver);
    question.sinceMs = question.goesByTime() ? filteredSince(query, question.untilMs) : query.since(0);
    question.beforeId = query.beforeId();
    question.limit = query.limit();
    sendObject(context.exchange, pageOf(
                                     Audit(context.services.database).page(question), question.limit,
                                     [](const AuditEntry& entry) { return jsonOf(entry); },
                                     [](const AuditEntry& entry) { return std::to_string(entry.id); }));
}

}  // namespace aiproject
