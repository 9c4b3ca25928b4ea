// The three databases, each started once per program and kept to its end; every spec has an empty database of its own.
#pragma once

#include "config/config.h"
#include "store/database.h"
#include "support/database_server.h"
#include "support/spec.h"
#include "unit/auth_fixture.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <string>

namespace aiproject::test {

constexpr std::chrono::milliseconds kHasty{2'000};

inline DatabaseServer& postgresql() {
    static DatabaseServer server(DatabaseServer::Kind::postgresql);
    return server;
}

inline DatabaseServer& mariadb() {
    static DatabaseServer server(DatabaseServer::Kind::mariadb);
    return server;
}

inline DatabaseConfig configOf(const std::string& url, std::chrono::milliseconds timeout = kPatience) {
    DatabaseConfig config;
    config.url = url;
    config.timeout = timeout;
    return config;
}

inline std::int64_t number(Database& database, const std::string& select) {
    using namespace Poco::Data::Keywords;
    std::int64_t value = -1;
    database.read([&](Poco::Data::Session& session) { session << select, into(value), now; });
    return value;
}

inline void change(Database& database, const std::string& sql) {
    database.write([&](Poco::Data::Session& session) { Database::execute(session, sql); });
}

}  // namespace aiproject::test

// One body, run on each database: `url` is an empty one of its own; the fixture has a folder `dir`.
#define ON_EACH_DATABASE(Fixture, sentence)                                                                   \
    static void Fixture##_##sentence##_body(const std::string& url);                                          \
    SPEC(Fixture, sentence##_in_sqlite) { Fixture##_##sentence##_body("sqlite:" + dir.file("accounts.db")); } \
    SPEC(Fixture, sentence##_in_postgresql) { Fixture##_##sentence##_body(postgresql().newDatabase()); }      \
    SPEC(Fixture, sentence##_in_mariadb) { Fixture##_##sentence##_body(mariadb().newDatabase()); }            \
    static void Fixture##_##sentence##_body(const std::string& url)
