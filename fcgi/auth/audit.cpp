#include "auth/audit.h"

#include "base/unix_time.h"
#include "store/database.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::now;

void Audit::add(const AuditEntry& entry) {
    database_.write([&](Session& session) { add(session, entry); });
}

void Audit::add(Session& session, const AuditEntry& entry) {
    session << "INSERT INTO audit (at_ms, event, user_name, address, request_id, detail) VALUES (?, ?, ?, ?, ?, ?)",
        bind(unixMilliseconds()), bind(entry.event), bind(entry.userName), bind(entry.origin.address),
        bind(entry.origin.requestId), bind(entry.detail), now;
}

std::vector<AuditEntry> Audit::newest(const std::string& userName, int count) {
    std::vector<AuditEntry> entries;
    database_.read([&](Session& session) {
        entries.clear();
        Poco::Data::Statement select(session);
        select << "SELECT at_ms, event, user_name, address, request_id, detail FROM audit";
        // Two statements: with `? = '' OR` no database would use the index of the names. LIMIT stands in them, because
        // Poco's limit() would bring the whole table from PostgreSQL first.
        if (userName.empty())
            select << " ORDER BY id DESC LIMIT ?", bind(count);
        else
            select << " WHERE user_name = ? ORDER BY id DESC LIMIT ?", bind(userName), bind(count);
        select.execute();
        Poco::Data::RecordSet rows(select);
        for (bool more = rows.moveFirst(); more; more = rows.moveNext())
            entries.push_back({rows["event"].convert<std::string>(),
                               rows["user_name"].convert<std::string>(),
                               {rows["address"].convert<std::string>(), rows["request_id"].convert<std::string>()},
                               rows["detail"].convert<std::string>(),
                               rows["at_ms"].convert<std::int64_t>()});
    });
    return entries;
}

void refuseOnRecord(const Error& refusal, const std::function<void()>& record) {
    try {
        record();
    } catch (...) {
        throw Error(refusal.kind(), std::string(refusal.what()) + "; not in the audit log: " + describeCurrent(),
                    refusal.forClient(), refusal.retryAfter());
    }
    throw refusal;
}

}  // namespace aiproject
