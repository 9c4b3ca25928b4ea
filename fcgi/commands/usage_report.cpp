#include "commands/usage_report.h"

#include "commands/values.h"
#include "store/database.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <utility>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;

namespace {

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
    }
    return {};  // a value outside the enum
}

constexpr const char* kSums =
    ", COUNT(*), SUM(CASE WHEN outcome = 'complete' THEN 1 ELSE 0 END),"
    " SUM(CASE WHEN basis = 'estimated' THEN 1 ELSE 0 END), SUM(tokens_in), SUM(tokens_out), SUM(tokens),"
    " SUM(pictures), SUM(voice_seconds), SUM(charged_tokens), SUM(charged_pictures), SUM(charged_voice_seconds),"
    " SUM(tokens_cached), SUM(tokens_reasoning), SUM(cost), SUM(charged_money)"
    " FROM ledger LEFT JOIN api_keys ON api_keys.id = ledger.key_id WHERE at_ms >= ? AND at_ms < ? AND (? = '' OR "
    "user_name = ?) GROUP BY ";

}  // namespace

std::vector<UsageSum> sumsOf(Database& database, const UsageQuestion& question) {
    const Grouping grouping = groupingOf(question.by);
    std::vector<UsageSum> sums;
    database.read([&](Session& session) {
        sums.clear();
        UsageSum next;
        Poco::Data::Statement select(session);
        // Into whole numbers: a record set would read the servers' sums, which are decimals, as double.
        select << "SELECT " << grouping.columns << kSums << grouping.group << " ORDER BY " << grouping.group,
            into(next.subject), into(next.id), into(next.calls), into(next.complete), into(next.estimated),
            into(next.tokensIn), into(next.tokensOut), into(next.tokens), into(next.pictures), into(next.voiceSeconds),
            into(next.chargedTokens), into(next.chargedPictures), into(next.chargedVoiceSeconds),
            into(next.tokensCached), into(next.tokensReasoning), into(next.cost), into(next.chargedMoney),
            bind(question.sinceMs), bind(question.untilMs), bind(question.user), bind(question.user), limit(1);
        while (!select.done())
            if (select.execute() > 0) sums.push_back(next);
    });
    if (question.by == UsageBy::day)
        for (UsageSum& sum : sums) sum.subject = utcDay(std::exchange(sum.id, 0));
    return sums;
}

}  // namespace aiproject
