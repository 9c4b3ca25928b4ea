// Billing over a database of its own, with the user ann: 100 tokens, 10 pictures, 60 seconds.
#pragma once

#include "billing/billing.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"
#include "unit/expect.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <cppunit/TestCase.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace aiproject::test {

struct Till : CppUnit::TestCase {
    TempDir dir;
    Config config;
    std::optional<Log> log;
    std::optional<Database> database;
    std::optional<Billing> billing;

    Till() {
        config.database = databaseAt(dir.file("accounts.db"), std::chrono::seconds(2));
        config.billing.spoolDir = dir.file("spool");
        config.log.file = dir.file("log");
        log.emplace(config.log, "worker");
        database.emplace(config.database);
        migrate(*database);
        sql("INSERT INTO users (id, name, password, email, tokens, pic_times, voice_seconds)"
            " VALUES (1, 'ann', '', '', 100, 10, 60)");
        open(billingRules(config));
    }
    void open(const BillingRules& rules) {
        billing.reset();
        billing.emplace(*database, config, rules, *log);
    }
    void sql(const std::string& statement) {
        database->write([&](Poco::Data::Session& session) { Database::execute(session, statement); });
    }
    std::int64_t number(const std::string& query) {
        std::int64_t number = -99;
        database->read([&](Poco::Data::Session& session) {
            session << query, Poco::Data::Keywords::into(number), Poco::Data::Keywords::now;
        });
        return number;
    }
    // The one that there is.
    std::filesystem::path spoolFile() const {
        for (const auto& entry : std::filesystem::directory_iterator(config.billing.spoolDir))
            if (entry.path().extension() == ".spool") return entry.path();
        throw std::runtime_error("nothing is spooled");
    }
    std::string logged() const { return readFile(config.log.file); }
    static CallToBill text(std::int64_t atMost = 4'200, bool isLimited = true) {
        return {1, "ann", "/textModel/chat", "request-1", Unit::token, atMost, isLimited};
    }
    static CallEnd answered(std::int64_t tokens) {
        CallEnd end;
        end.outcome = Outcome::complete;
        end.isWhole = end.isDelivered = true;
        end.reported = ReportedTokens{0, 0, tokens, tokens};
        return end;
    }
    void call(std::int64_t tokens) { billing->begin(text()).settle(answered(tokens), {"echo", ""}); }
    void assertAgrees(std::int64_t granted) {
        CPPUNIT_ASSERT_EQUAL(granted, number("SELECT tokens + (SELECT SUM(charged_tokens) FROM ledger) FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT tokens_held + calls_held FROM users"));
        CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT COUNT(*) FROM reservations"));
    }
};

}  // namespace aiproject::test
