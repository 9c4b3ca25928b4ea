#include "commands/usage_report.h"

#include "commands/values.h"
#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Statement.h>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;

namespace {

struct Grouping {
    const char* columns;  // what is selected beside the sums
    const char* group;
};

// Remainders instead of divisions: those of whole numbers are whole in some databases only.
Grouping groupingOf(UsageBy by) {
    switch (by) {
        case UsageBy::user: return {"user_name AS subject, user_id AS subject_id", "user_name, user_id"};
        case UsageBy::model: return {"model AS subject, 0 AS subject_id", "model"};
        case UsageBy::day: return {"at_ms - at_ms % 86400000 AS subject, 0 AS subject_id", "at_ms - at_ms % 86400000"};
    }
    return {};  // a value outside the enum
}

constexpr const char* kSums =
    ", COUNT(*) AS calls, SUM(CASE WHEN outcome = 'complete' THEN 1 ELSE 0 END) AS complete,"
    " SUM(CASE WHEN basis = 'estimated' THEN 1 ELSE 0 END) AS estimated,"
    " SUM(tokens_in) AS sum_in, SUM(tokens_out) AS sum_out, SUM(tokens) AS sum_tokens, SUM(pictures) AS sum_pictures,"
    " SUM(voice_seconds) AS sum_seconds, SUM(charged_tokens) AS due_tokens, SUM(charged_pictures) AS due_pictures,"
    " SUM(charged_voice_seconds) AS due_seconds"
    " FROM ledger WHERE at_ms >= ? AND at_ms < ? AND (? = '' OR user_name = ?) GROUP BY ";

}  // namespace

std::vector<UsageSum> sumsOf(Database& database, const UsageQuestion& question) {
    const Grouping grouping = groupingOf(question.by);
    std::vector<UsageSum> sums;
    database.read([&](Session& session) {
        sums.clear();
        Poco::Data::Statement select(session);
        select << "SELECT " << grouping.columns << kSums << grouping.group << " ORDER BY " << grouping.group,
            bind(question.sinceMs), bind(question.untilMs), bind(question.user), bind(question.user);
        select.execute();
        Poco::Data::RecordSet rows(select);
        for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
            // Whatever type a database has for a sum.
            const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
            const std::string subject =
                question.by == UsageBy::day ? utcDay(number("subject")) : rows["subject"].convert<std::string>();
            sums.push_back({subject, number("subject_id"), number("calls"), number("complete"), number("estimated"),
                            number("sum_in"), number("sum_out"), number("sum_tokens"), number("sum_pictures"),
                            number("sum_seconds"), number("due_tokens"), number("due_pictures"),
                            number("due_seconds")});
        }
    });
    return sums;
}

}  // namespace aiproject
