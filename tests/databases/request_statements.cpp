// How many statements a request costs its server. Who calls by a key, or by the uuid alone, costs no more than who
// calls on the documented path, once the user has been looked up.
#include "databases/databases.h"
#include "store/prepared_statement.h"
#include "support/eventually.h"
#include "support/worker_under_test.h"

#include <algorithm>
#include <cmath>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// What a server has counted of all its sessions, or of those of one database.
class StatementCounter {
public:
    explicit StatementCounter(const std::string& url) : database_(configOf(url)) {
        if (isPostgresql()) change(database_, "CREATE EXTENSION pg_stat_statements");
    }
    std::int64_t count() {
        if (isPostgresql())
            return number(database_,
                          "SELECT CAST(SUM(calls) AS BIGINT) FROM pg_stat_statements WHERE dbid ="
                          " (SELECT oid FROM pg_database WHERE datname = current_database())");
        std::string name, value;
        database_.read([&](Poco::Data::Session& session) {
            readRow(session, "SHOW GLOBAL STATUS LIKE 'Questions'", {}, {&name, &value});
        });
        return std::stoll(value);
    }

private:
    bool isPostgresql() const { return database_.dialect().name() == "postgresql"; }

    Database database_;
};

struct RequestStatements : CppUnit::TestCase {
    struct Host {
        const std::string url;
        WorkerUnderTest worker{{{"database.url", url}, {"model.echo.price.prompt", "1000000"}}};
        StatementCounter statements{url};
        Database database{configOf(url)};
        const std::string uuid = worker.newUser("ann");
        const std::string key =
            objectOf(worker.post("/auth/keys", R"({"uuid":")" + uuid + R"(","username":"ann"})").body)
                ->getValue<std::string>("key");

        explicit Host(std::string address) : url(std::move(address)) {}

        FastcgiRequest documented() const {
            return jsonRequest("/textModel/chat", textBody(uuid, "ann", "hello there"));
        }
        static FastcgiRequest chatWith(const std::string& token) {
            FastcgiRequest request = jsonRequest(
                "/v1/chat/completions", R"({"model":"echo","messages":[{"role":"user","content":"hello there"}]})");
            request.parameters["HTTP_AUTHORIZATION"] = "Bearer " + token;
            return request;
        }
        // For one of many requests. Housekeeping has statements as well, a few each second.
        double statementsFor(const FastcgiRequest& request) {
            constexpr int requests = 50;
            const auto send = [&] {
                const FastcgiAnswer answer = worker.ask(request);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
            };
            send();  // which may look up what later ones recall
            const std::int64_t before = statements.count();
            for (int i = 0; i < requests; ++i) send();
            return double(statements.count() - before) / requests;
        }
        // Of several rounds the one that housekeeping disturbed least.
        std::int64_t leastFor(const FastcgiRequest& request) {
            double least = statementsFor(request);
            for (int round = 0; round < 3; ++round) least = std::min(least, statementsFor(request));
            return std::llround(std::floor(least));
        }
    };

    static void assertKeysCostNoMore(const std::string& url) {
        Host host(url);
        for (const std::string& limits : {"tokens = -1"s, "tokens = 1000000000"s, "money = 1000000000"s}) {
            change(host.database, "UPDATE users SET tokens = -1, money = -1");
            change(host.database, "UPDATE users SET " + limits);
            const std::int64_t documented = host.leastFor(host.documented());
            CPPUNIT_ASSERT_MESSAGE(limits + ": " + std::to_string(documented), documented >= 3);  // or nothing counts
            for (const std::string& token : {host.uuid, host.key})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(limits + (token == host.key ? ", by a key" : ", by the uuid"), documented,
                                             host.leastFor(Host::chatWith(token)));
        }
    }
};

}  // namespace

SPEC(RequestStatements, are_no_more_for_keys_in_postgresql) { assertKeysCostNoMore(postgresql().newDatabase()); }

SPEC(RequestStatements, are_no_more_for_keys_in_mariadb) { assertKeysCostNoMore(mariadb().newDatabase()); }
