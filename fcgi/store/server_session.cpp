#include "store/server_session.h"

#include <Poco/Data/Session.h>

#include <algorithm>

namespace aiproject {

ServerSession* ServerSession::of(Poco::Data::Session& session) { return dynamic_cast<ServerSession*>(session.impl()); }

void ServerSession::open(const std::string&) { throw Poco::InvalidAccessException("a session is opened once"); }

void ServerSession::setConnectionTimeout(std::size_t) {
    throw Poco::Data::NotSupportedException("database.timeout_ms is the timeout");
}

void ServerSession::setTransactionIsolation(Poco::UInt32 level) {
    if (!hasTransactionIsolation(level)) throw Poco::Data::NotSupportedException("transactions are READ COMMITTED");
}

Poco::UInt32 ServerSession::getTransactionIsolation() const { return Poco::Data::Session::TRANSACTION_READ_COMMITTED; }

bool ServerSession::hasTransactionIsolation(Poco::UInt32 level) const { return level == getTransactionIsolation(); }

bool ServerSession::isTransactionIsolation(Poco::UInt32 level) const { return level == getTransactionIsolation(); }

bool ServerStatement::hasNext() {
    if (columnsReturned() == 0) return false;
    if (row_ == Row::unknown) row_ = fetch() ? Row::here : Row::none;
    return row_ == Row::here;
}

std::size_t ServerStatement::next() {
    if (!hasNext()) throw SqlFault(FaultKind::other, "there is no row left");
    std::size_t column = 0;
    for (auto& extraction : extractions()) {
        extraction->extract(column);
        column += extraction->numOfColumnsHandled();
    }
    row_ = Row::unknown;
    return 1;
}

void ServerStatement::bindAll() {
    fixupBinding();
    std::size_t position = 0;
    for (auto& binding : bindings()) {
        binding->bind(position);
        position += binding->numOfColumnsHandled();
    }
}

FaultKind ServerDialect::kindOf(const Poco::Exception& e) const {
    if (const auto* fault = dynamic_cast<const SqlFault*>(&e)) return fault->kind();
    if (dynamic_cast<const Poco::Data::NotConnectedException*>(&e)) return FaultKind::lost;
    return FaultKind::other;
}

int ServerDialect::socketOf(Poco::Data::Session& session) const { return ServerSession::of(session)->socket(); }

bool ServerDialect::isIdle(Poco::Data::Session& session) const { return ServerSession::of(session)->isIdle(); }

void ServerDialect::rollback(Poco::Data::Session& session) const noexcept {
    try {
        session.rollback();
    } catch (const Poco::Exception&) {  // the session is not kept then, and the server rolls back when it goes
    }
}

std::chrono::seconds ServerDialect::secondsUntil(std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
    return std::max(std::chrono::seconds(1), left);  // 0 is for ever to both libraries
}

void ServerDialect::execute(Poco::Data::Session& session, const std::string& sql) {
    ServerSession::of(session)->run(sql);
}

}  // namespace aiproject
