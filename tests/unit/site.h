// A worker without web server and sockets: real routes, accounts, database and plugins; the client is
// a ScriptedExchange.
#pragma once

#include "auth/accounts.h"
#include "billing/billing.h"
#include "call/model_calls.h"
#include "config/config.h"
#include "host/model_registry.h"
#include "observe/log.h"
#include "pool/board.h"
#include "pool/permits.h"
#include "routes/request_meter.h"
#include "routes/router.h"
#include "store/database.h"
#include "support/joining_threads.h"
#include "support/scripted_exchange.h"
#include "support/temp_dir.h"

#include <functional>
#include <string>
#include <vector>

namespace aiproject::test {

class Site {
public:
    static constexpr int kStreams = 8;  // followed at once
    using Change = std::function<void(Config&)>;

    // All routes lead to the plugin echo unless `change` sets others. Models of the plugin `scripted`
    // can be configured; see playing() in host_fixture.h.
    explicit Site(const Change& change = {});

    SignIn ann;  // registered, with plenty of everything

    SignIn registered(const std::string& name);
    User user(const SignIn& signIn);
    void sql(const std::string& statement);         // of the test's own, never with a value from outside
    std::int64_t number(const std::string& query);  // that answers one; 0: no row
    std::string log() const;
    std::string lastLogLine() const;

    void serve(Exchange& exchange) const;  // to its end
    ScriptedExchange& serve(ScriptedExchange& exchange) const;
    ScriptedExchange post(const std::string& path, const std::string& body) const;
    // With the headers uuid and username.
    ScriptedExchange post(const std::string& path, const std::string& body, const SignIn& signIn,
                          const std::string& contentType = {}) const;
    ScriptedExchange get(const std::string& path) const;

    const Router& router() const { return router_; }
    ModelCalls& calls() { return calls_; }
    FollowedCalls& followed() { return followed_; }
    EventLoop& loop() { return loop_; }
    Billing& billing() { return billing_; }
    Database& database() { return database_; }
    Board& board() { return board_; }
    const Config& config() const { return config_; }
    std::string spoolFolder() const { return dir_.file("spool"); }
    std::vector<std::string> unreadiness;

private:
    Config configured(const Change& change) const;
    static Database& migrated(Database& database);

    TempDir dir_;
    const Config config_;
    Log log_;
    Database database_;
    Accounts accounts_;
    Board board_;
    const RequestMeter meter_{board_};
    Permits permits_;
    const ModelRegistry registry_;
    Billing billing_;
    EventLoop loop_;
    FollowedCalls followed_{loop_, {kStreams, "pool.NAME.streams", std::chrono::seconds(30)}};
    ModelCalls calls_;
    const Router router_;
    mutable JoiningThreads threads_;  // of calls that leave the loop
};

inline const std::string kJpeg = "\xff\xd8\xff\xe0 picture";
inline const std::string kPng = "\x89PNG\r\n\x1a\n picture";

// {"uuid":…,"username":…,"dialog":[{"role":"user","content":…}]}
std::string questionOf(const SignIn& signIn, const std::string& content);

// The answer is {"code": CODE, "msg": …} with CODE a string, HTTP status 200, and no `content` or `uuid`.
void assertRefused(const ScriptedExchange& answer, const std::string& code);
// The answer has the integer code 0, a `msg`, and HTTP status 200.
Poco::JSON::Object::Ptr assertSucceeded(const ScriptedExchange& answer);

}  // namespace aiproject::test
