#include "e2e/chaos_books.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Statement.h>
#include <cppunit/TestAssert.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace aiproject::test {

using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

std::string connectorName() {
    Poco::Data::SQLite::Connector::registerConnector();
    return "SQLite";
}

}  // namespace

ChaosBooks::ChaosBooks(const Installation& installation)
    : spool_(installation.dir().file("spool")), session_(connectorName(), installation.dir().file("accounts.db")) {}

std::int64_t ChaosBooks::number(const std::string& query) {
    std::int64_t number = -1;
    session_ << query, into(number), now;
    return number;
}

bool ChaosBooks::areClosed() {
    std::error_code none;  // no bill ever waited
    const std::filesystem::directory_iterator files(spool_, none), end;
    const auto waits = [](const auto& file) { return file.path().extension() != ".calls"; };  // of living workers
    return number("SELECT COUNT(*) FROM reservations") == 0 &&
           number("SELECT COUNT(*) FROM users WHERE tokens_held <> 0 OR pic_times_held <> 0") == 0 &&
           std::none_of(files, end, waits);
}

void ChaosBooks::assertAgree(const std::map<std::string, std::int64_t>& answers, std::int64_t granted) {
    for (const auto& [id, tokens] : answers) {
        std::int64_t rows = 0, billed = 0;
        session_
            << "SELECT COUNT(*), COALESCE(SUM(tokens), 0) FROM ledger WHERE request_id = ? AND outcome = 'complete'",
            into(rows), into(billed), bind(id), now;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(id, std::int64_t(1), rows);
        if (tokens >= 0) CPPUNIT_ASSERT_EQUAL_MESSAGE(id, tokens, billed);
    }
    const std::string given = std::to_string(granted);
    CPPUNIT_ASSERT_EQUAL(
        std::int64_t(0),
        number("SELECT COUNT(*) FROM users WHERE tokens <> " + given +
               " - (SELECT COALESCE(SUM(charged_tokens), 0) FROM ledger WHERE user_id = users.id) OR pic_times <> " +
               given + " - (SELECT COALESCE(SUM(charged_pictures), 0) FROM ledger WHERE user_id = users.id)"));
    std::cout << answers.size() << " answers were billed, each once, with "
              << number("SELECT COUNT(*) FROM ledger WHERE outcome = 'complete'") << " complete rows of "
              << number("SELECT COUNT(*) FROM ledger") << std::endl;
}

}  // namespace aiproject::test
