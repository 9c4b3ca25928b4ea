// What is billed, as the database of an installation has it beside its workers. SQLite; of users who were all granted
// Books::allowance().
#pragma once

#include "store/database.h"
#include "support/eventually.h"
#include "support/worker_under_test.h"

#include <Poco/Data/Session.h>

#include <cppunit/TestAssert.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace aiproject::test {

class Books {
public:
    // For auth.new_tokens.
    static std::string allowance() { return "100000000"; }

    explicit Books(const Installation& installation)
        : spool_(installation.dir().file("spool")), database_(config(installation)) {}

    std::int64_t number(const std::string& query) {
        std::int64_t number = -99;
        database_.read([&](Poco::Data::Session& session) {
            session << query, Poco::Data::Keywords::into(number), Poco::Data::Keywords::now;
        });
        return number;
    }
    std::int64_t rows(const std::string& where) { return number("SELECT COUNT(*) FROM ledger WHERE " + where); }
    void change(const std::string& sql) {
        database_.write([&](Poco::Data::Session& session) { aiproject::Database::execute(session, sql); });
    }
    // Bills that wait for the database.
    std::size_t spooled() const {
        if (!std::filesystem::exists(spool_)) return 0;
        std::size_t lines = 0;
        for (const auto& entry : std::filesystem::directory_iterator(spool_))
            if (entry.path().extension() == ".spool") lines += countOf(readFile(entry.path()), "\n");
        return lines;
    }
    // Nobody else writes meanwhile.
    void locked(const std::function<void()>& work) {
        database_.write([&](Poco::Data::Session&) { work(); });
    }
    // Balance and ledger agree, and nothing is held.
    void assertAgree() {
        ASSERT_EVENTUALLY(spooled() == 0);  // a machine that stood still has put some there
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT SUM(tokens_held) FROM users"));
        CPPUNIT_ASSERT_EQUAL(
            std::int64_t(0),
            number("SELECT COUNT(*) FROM users WHERE tokens <> " + allowance() +
                   " - (SELECT COALESCE(SUM(charged_tokens), 0) FROM ledger WHERE user_id = users.id)"));
    }

private:
    static aiproject::DatabaseConfig config(const Installation& installation) {
        aiproject::DatabaseConfig config;
        config.url = "sqlite:" + installation.dir().file("accounts.db");
        config.timeout = kPatience;
        return config;
    }
    const std::filesystem::path spool_;
    aiproject::Database database_;
};

}  // namespace aiproject::test
