// How SQLite goes about a statement.
#pragma once

#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/String.h>

#include <string>

namespace aiproject::test {

// A line a step: "SEARCH ledger USING INDEX ledger_by_time (at_ms>? AND at_ms<?)". Which values are asked for does not
// matter to it.
inline std::string planOf(Database& database, const std::string& statement) {
    std::string plan;
    database.read([&](Poco::Data::Session& session) {
        plan.clear();
        Poco::Data::Statement explain(session);
        explain << "EXPLAIN QUERY PLAN " + Poco::replace(statement, "?", "1");
        explain.execute();
        Poco::Data::RecordSet rows(explain);
        for (bool more = rows.moveFirst(); more; more = rows.moveNext())
            plan += rows["detail"].convert<std::string>() + "\n";
    });
    return plan;
}

}  // namespace aiproject::test
