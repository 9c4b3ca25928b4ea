#include "billing/usage_report.h"

#include "base/utc_text.h"
#include "store/database.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <iterator>
#include <limits>
#include <utility>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;

namespace {

constexpr int kAll = std::numeric_limits<int>::max();

struct Word {
    const char* word;
    UsageBy by;
};
constexpr Word kWords[] = {{"user", UsageBy::user},
                           {"model", UsageBy::model},
                           {"key", UsageBy::key},
                           {"day", UsageBy::day},
                           {"day,model", UsageBy::dayAndModel}};

struct Grouping {
    const char* columns;  // a text and a number, beside the sums
    const char* group;
};

// Remainders instead of divisions: those of whole numbers are whole in some databases only.
Grouping groupingOf(UsageBy by) {
    switch (by) {
        case UsageBy::user: return {"user_name, ledger.user_id", "user_name, ledger.user_id"};
        case UsageBy::model: return {"model, 0", "model"};
        case UsageBy::key: return {"COALESCE(api_keys.name, ''), key_id", "api_keys.name, key_id"};
        case UsageBy::day: return {"'', at_ms - at_ms % 86400000", "at_ms - at_ms % 86400000"};
        case UsageBy::dayAndModel: return {"model, at_ms - at_ms % 86400000", "at_ms - at_ms % 86400000, model"};
    }
    return {};  // a value outside the enum
}

constexpr const char* kSums =
    ", COUNT(*), SUM(CASE WHEN outcome = 'complete' THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN basis = 'estimated' THEN 1 ELSE 0 END), SUM(tokens_in), SUM(tokens_out), SUM(tokens),"
    " SUM(pictures), SUM(voice_seconds), SUM(charged_tokens), SUM(charged_pictures), SUM(charged_voice_seconds),"
    " SUM(tokens_cached), SUM(tokens_reasoning), SUM(cost), SUM(charged_money)"
    " FROM ledger LEFT JOIN api_keys ON api_keys.id = ledger.key_id WHERE at_ms >= ? AND at_ms < ?";

}  // namespace

const std::vector<UsageFigure> kUsageFigures{
    {"calls", "calls", &UsageSum::calls},
    {"complete", "complete", &UsageSum::complete},
    {"estimated", "estim.", &UsageSum::estimated},
    {"tokens_in", nullptr, &UsageSum::tokensIn},
    {"tokens_out", nullptr, &UsageSum::tokensOut},
    {"tokens", "tokens", &UsageSum::tokens},
    {"pictures", "pictures", &UsageSum::pictures},
    {"voice_seconds", "voice s", &UsageSum::voiceSeconds},
    {"charged_tokens", "charged", &UsageSum::chargedTokens},
    {"charged_pictures", nullptr, &UsageSum::chargedPictures},
    {"charged_voice_seconds", nullptr, &UsageSum::chargedVoiceSeconds},
    {"tokens_cached", nullptr, &UsageSum::tokensCached},
    {"tokens_reasoning", nullptr, &UsageSum::tokensReasoning},
    {"cost", "cost", &UsageSum::cost},
    {"charged_money", nullptr, &UsageSum::chargedMoney},
};

const char* nameOf(UsageBy by) noexcept {
    for (const Word& word : kWords)
        if (word.by == by) return word.word;
    return "";  // a value outside the enum
}

std::optional<UsageBy> usageByOf(std::string_view word) noexcept {
    for (const Word& known : kWords)
        if (known.word == word) return known.by;
    return std::nullopt;
}

Poco::JSON::Object jsonOf(const UsageSum& sum, UsageBy by) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    const std::string subject = by == UsageBy::dayAndModel ? "model" : nameOf(by);
    if (!sum.day.empty()) object.set("day", sum.day);
    object.set(subject, sum.subject);
    if (by == UsageBy::user || by == UsageBy::key) object.set(subject + "_id", sum.id);
    for (const UsageFigure& figure : kUsageFigures) object.set(figure.name, sum.*figure.number);
    return object;
}

// The conditions are put together, of constants: with `? = 0 OR` no database would use the index of the users.
std::string sumStatement(const UsageQuestion& question) {
    const Grouping grouping = groupingOf(question.by);
    return std::string("SELECT ") + grouping.columns + kSums + (question.userId != 0 ? " AND ledger.user_id = ?" : "") +
           (question.user.empty() ? "" : " AND user_name = ?") + " GROUP BY " + grouping.group + " ORDER BY " +
           grouping.group + " LIMIT ?";
}

std::vector<UsageSum> sumsOf(Database& database, const UsageQuestion& question) {
    std::vector<UsageSum> sums;
    database.read([&](Session& session) {
        sums.clear();
        UsageSum next;
        Poco::Data::Statement select(session);
        // Into whole numbers: a record set would read the servers' sums, which are decimals, as double.
        select << sumStatement(question), into(next.subject), into(next.id), into(next.calls), into(next.complete),
            into(next.estimated), into(next.tokensIn), into(next.tokensOut), into(next.tokens), into(next.pictures),
            into(next.voiceSeconds), into(next.chargedTokens), into(next.chargedPictures),
            into(next.chargedVoiceSeconds), into(next.tokensCached), into(next.tokensReasoning), into(next.cost),
            into(next.chargedMoney), bind(question.sinceMs), bind(question.untilMs);
        if (question.userId != 0) select, bind(question.userId);
        if (!question.user.empty()) select, bind(question.user);
        select, bind(question.mostRows > 0 ? question.mostRows : kAll), limit(1);
        while (!select.done())
            if (select.execute() > 0) sums.push_back(next);
    });
    const bool hasDay = question.by == UsageBy::day || question.by == UsageBy::dayAndModel;
    if (hasDay)
        for (UsageSum& sum : sums)
            (question.by == UsageBy::day ? sum.subject : sum.day) = utcDay(std::exchange(sum.id, 0));
    return sums;
}

}  // namespace aiproject
