#include "store/prepared_statement.h"

#include <Poco/Data/Session.h>

#include <stdexcept>

namespace aiproject {
namespace {

PreparedStatement& statementOf(Poco::Data::Session& session, std::string_view sql) {
    return dynamic_cast<PreparedStatements&>(*session.impl()).of(sql);
}

}  // namespace

std::int64_t changeRows(Poco::Data::Session& session, std::string_view sql, SqlValues values) {
    return statementOf(session, sql).change(values);
}

bool readRow(Poco::Data::Session& session, std::string_view sql, SqlValues values, SqlFields fields) {
    return statementOf(session, sql).read(values, fields);
}

void PreparedStatement::require(bool isMatch, std::string_view sql) {
    if (!isMatch) throw std::logic_error("values or fields do not match the statement: " + std::string(sql));
}

PreparedStatement& PreparedStatements::of(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return *known->second;
    auto fresh = prepare(sql);
    return *statements_.emplace(sql, std::move(fresh)).first->second;
}

}  // namespace aiproject
