// A server that is killed, or hangs, under the feet of workers with many clients: what runs goes on, what is new gets
// a clear error, and when the server is back, all is as it was and every answer has been billed once.
#include "base/error.h"
#include "databases/databases.h"
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/joining_threads.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"

#include <Poco/Data/Session.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

constexpr int kClients = 30, kUsers = 3, kStreams = 12;
constexpr int kMany = 60;  // calls
constexpr std::int64_t kGranted = 1'000'000'000;

struct Account {
    std::string name, uuid;
};

// What clients got. ANSWERS  whole, or MODEL_BUSY before anything of an answer; all else is a surprise.
class Clients {
public:
    Clients(const ManagerUnderTest& manager, const std::vector<Account>& accounts) : manager_(manager) {
        for (int i = 0; i < kClients; ++i)
            threads_.add([this, i, account = accounts[std::size_t(i % kUsers)]] { attend(i, account); });
    }
    void assertMore(const std::atomic<int>& count) const {
        const int goal = count + kMany;
        CPPUNIT_ASSERT_MESSAGE(surprise(), eventually([&] { return count >= goal || !surprise().empty(); }));
        CPPUNIT_ASSERT_EQUAL(std::string(), surprise());
    }
    void assertServed() const { assertMore(served_); }
    void assertRefused() const { assertMore(refused_); }
    // Sends them home. The request ids of whole answers.
    std::vector<std::string> end() {
        threads_.end();
        CPPUNIT_ASSERT_EQUAL(std::string(), surprise());
        return answered_;
    }

private:
    void attend(int client, const Account& account) {
        for (int turn = 0; !threads_.isOver(); ++turn) {
            const std::string id = "client" + std::to_string(client) + "turn" + std::to_string(turn);
            const std::string path = turn % 2 == 0 ? "/textModel/stream" : "/textModel/chat";
            FastcgiRequest request = jsonRequest(path, textBody(account.uuid, account.name, "hello there"));
            request.parameters["REQUEST_ID"] = id;
            try {
                const FastcgiAnswer answer = ask(manager_.socket("model"), request);
                note(id, answer, path == "/textModel/stream" ? "\"status\":2" : "\"consume_token\":");
            } catch (const std::exception& e) {
                note(id, {}, describe(e));
            }
        }
    }
    void note(const std::string& id, const FastcgiAnswer& answer, const std::string& sign) {
        const auto has = [&](const std::string& part) { return answer.body.find(part) != std::string::npos; };
        const bool isWhole = answer.complete && has(sign) && has("\"code\":0");
        const bool isRefused = answer.complete && has("\"code\":\"MODEL_BUSY\"");
        const std::lock_guard lock(mutex_);
        if (isWhole) {
            answered_.push_back(id);
            ++served_;
        } else if (isRefused) {
            ++refused_;
        } else if (surprise_.empty()) {
            surprise_ = id + " without " + sign + ": " + answer.body + "\n" + manager_.installation().log();
        }
    }
    std::string surprise() const {
        const std::lock_guard lock(mutex_);
        return surprise_;
    }

    const ManagerUnderTest& manager_;
    std::atomic<int> served_{0}, refused_{0};
    mutable std::mutex mutex_;  // guards what follows
    std::vector<std::string> answered_;
    std::string surprise_;
    JoiningThreads threads_;  // last: they use all else
};

struct Service {
    DatabaseServer& server;
    const std::string url = server.newDatabase();
    const PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}}};
    const GatedModel gated;
    ManagerUnderTest manager{
        gated.addedTo({{"database.url", url},
                       {"database.timeout_ms", atOurPace(1s, 60s)},
                       {"plugins.dir", plugins.path()},
                       {"pool.model.processes", "2"},
                       {"pool.model.queue_ms", atOurPace(10s, 60s)},  // a slow machine is no error here
                       {"limit.user_calls", "1000"},
                       {"auth.new_tokens", std::to_string(kGranted)}})};
    std::vector<Account> accounts;
    std::vector<std::unique_ptr<FastcgiClient>> streams;
    std::unique_ptr<Clients> clients;

    explicit Service(DatabaseServer& which) : server(which) {
        for (int i = 0; i < kUsers; ++i) {
            const std::string name = "user" + std::to_string(i);
            accounts.push_back({name, manager.newUser(name)});
        }
        for (int i = 0; i < kStreams; ++i) ASSERT_EVENTUALLY(beginsStream());
        clients = std::make_unique<Clients>(manager, accounts);
        clients->assertServed();
    }
    ~Service() { server.resume(); }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    // False: on a slow machine the server, well as it is, took longer than the timeout.
    bool beginsStream() {
        auto stream = gated.streamIfAny(manager.socket("model"), accounts[0].uuid, accounts[0].name);
        if (!stream) return false;
        streams.push_back(std::move(stream));
        return true;
    }
    // The server is away meanwhile.
    void assertStreamsGoOn() {
        gated.open();
        for (auto& stream : streams) CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));
        CPPUNIT_ASSERT(hasSpooled());
        clients->assertRefused();
    }
    bool hasSpooled() const {
        std::error_code none;
        const std::filesystem::directory_iterator files(manager.installation().dir().file("spool"), none), end;
        return std::any_of(files, end, [](const auto& file) { return file.path().extension() == ".spool"; });
    }
    void assertHonestBooks() {
        const std::vector<std::string> answered = clients->end();
        Database books(configOf(url));
        ASSERT_EVENTUALLY(!hasSpooled());
        ASSERT_EVENTUALLY(number(books, "SELECT COUNT(*) FROM reservations") == 0);
        CPPUNIT_ASSERT_EQUAL(
            std::int64_t(0),
            number(books, "SELECT COUNT(*) FROM users WHERE tokens_held <> 0 OR calls_held <> 0 OR tokens <> " +
                              std::to_string(kGranted) +
                              " - (SELECT COALESCE(SUM(charged_tokens), 0) FROM ledger WHERE user_id = users.id)"));
        std::vector<std::string> billed;
        books.read([&](Poco::Data::Session& session) {
            billed.clear();
            session << "SELECT request_id FROM ledger WHERE outcome = 'complete' AND model = 'echo'",
                Poco::Data::Keywords::into(billed), Poco::Data::Keywords::now;
        });
        CPPUNIT_ASSERT(sorted(answered) == sorted(billed));
        CPPUNIT_ASSERT_EQUAL(
            std::int64_t(kStreams),
            number(books, "SELECT COUNT(*) FROM ledger WHERE outcome = 'complete' AND model = 'gated'"));
    }
    // The same workers from the first call to the last.
    void assertNobodyDied() const {
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), manager.workers("model").size());
        CPPUNIT_ASSERT_EQUAL(std::size_t(0),
                             manager.logged(" ended by signal ") + manager.logged(" ended with exit code "));
    }
    static std::vector<std::string> sorted(std::vector<std::string> all) {
        std::sort(all.begin(), all.end());
        return all;
    }
};

struct UnderLoad : CppUnit::TestCase {};

void isKilled(DatabaseServer& server) {
    Service service(server);
    server.kill();
    service.assertStreamsGoOn();
    server.restart();
    service.clients->assertServed();
    server.restart();  // once more, and back at once
    service.clients->assertServed();
    service.assertHonestBooks();
    service.assertNobodyDied();
}

void hangs(DatabaseServer& server) {
    Service service(server);
    server.suspend();
    service.assertStreamsGoOn();
    server.resume();
    service.clients->assertServed();
    service.assertHonestBooks();
    service.assertNobodyDied();
}

}  // namespace

SPEC(UnderLoad, postgresql_is_killed_and_comes_back) { isKilled(postgresql()); }
SPEC(UnderLoad, mariadb_is_killed_and_comes_back) { isKilled(mariadb()); }
SPEC(UnderLoad, postgresql_hangs_and_goes_on) { hangs(postgresql()); }
SPEC(UnderLoad, mariadb_hangs_and_goes_on) { hangs(mariadb()); }
