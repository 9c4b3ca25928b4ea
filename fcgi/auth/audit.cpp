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
    session << "INSERT INTO audit (at_ms, event, user_name, actor, address, request_id, detail)"
               " VALUES (?, ?, ?, ?, ?, ?, ?)",
        bind(unixMilliseconds()), bind(entry.event), bind(entry.userName), bind(entry.origin.actor),
        bind(entry.origin.address), bind(entry.origin.requestId), bind(entry.detail), now;
}

std::vector<AuditEntry> Audit::newest(const std::string& userName, int count) {
    AuditQuestion question;
    question.user = userName;
    question.limit = count;
    return page(question);
}

// The conditions are put together, of constants: with `? = '' OR` no database would use the index of the names. Events
// and actors have none: `id + 0` has the database go by the times, where the order of the ids would lead it through
// rows of all times. LIMIT stands in the statement, because Poco's limit() would bring the whole table from PostgreSQL
// first.
std::string pageStatement(const AuditQuestion& question) {
    const std::string id = question.goesByTime() ? "id + 0" : "id";
    return "SELECT id, at_ms, event, user_name, actor, address, request_id, detail FROM audit WHERE " + id +
           " < ? AND at_ms >= ? AND at_ms < ?" + (question.user.empty() ? "" : " AND user_name = ?") +
           (question.event.empty() ? "" : " AND event = ?") + (question.actor.empty() ? "" : " AND actor = ?") +
           " ORDER BY " + id + " DESC LIMIT ?";
}

std::vector<AuditEntry> Audit::page(const AuditQuestion& question) {
    std::vector<AuditEntry> entries;
    database_.read([&](Session& session) {
        entries.clear();
        Poco::Data::Statement select(session);
        select << pageStatement(question), bind(question.beforeId), bind(question.sinceMs), bind(question.untilMs);
        if (!question.user.empty()) select, bind(question.user);
        if (!question.event.empty()) select, bind(question.event);
        if (!question.actor.empty()) select, bind(question.actor);
        select, bind(question.limit);
        select.execute();
        Poco::Data::RecordSet rows(select);
        for (bool more = rows.moveFirst(); more; more = rows.moveNext()) {
            const auto text = [&](const char* column) { return rows[column].convert<std::string>(); };
            const auto number = [&](const char* column) { return rows[column].convert<std::int64_t>(); };
            entries.push_back({text("event"),
                               text("user_name"),
                               {text("address"), text("request_id"), text("actor")},
                               text("detail"),
                               number("at_ms"),
                               number("id")});
        }
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
