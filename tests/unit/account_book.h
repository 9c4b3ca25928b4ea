// Accounts in a database of their own, and what the tests of accounts ask of it.
#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <cppunit/TestCase.h>

#include <string>

#include "auth/accounts.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

namespace aiproject::test {

inline const CredentialKey kKey({1, 2, 3, 4});
inline const std::string kPassword = "correct horse";
inline const Origin kHome{"192.0.2.1", "request-1"};

struct AccountBook : CppUnit::TestCase {
    TempDir dir;
    Database database{databaseAt(dir.file("accounts.db"))};
    Accounts accounts{migrated(database), kKey, AuthConfig{}, kCheap};

    static Database& migrated(Database& database) {
        migrate(database);
        return database;
    }
    User registerNamed(const std::string& name) {
        return accounts.registerUser({name, kPassword, "a@example.org", ""});
    }
    void change(const std::string& sql) {
        database.write([&](Poco::Data::Session& session) { Database::execute(session, sql); });
    }
    void forgetFailures() { change("DELETE FROM login_attempts"); }
    std::string text(const std::string& select) {
        std::string value;
        database.read([&](Poco::Data::Session& session) {
            session << select, Poco::Data::Keywords::into(value), Poco::Data::Keywords::now;
        });
        return value;
    }
    void assertLoginRefused(const std::string& name, const std::string& password) {
        expectError(ErrorKind::loginRefused, [&] { accounts.login(name, password); });
    }
    void assertUnknown(const std::string& uuid, const std::string& name) {
        expectError(ErrorKind::userUnknown, [&] { accounts.identify(uuid, name); });
    }
};

}  // namespace aiproject::test
