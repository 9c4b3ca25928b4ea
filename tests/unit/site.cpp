#include "unit/site.h"

#include "store/migrations.h"
#include "support/lent_exchange.h"
#include "support/places.h"
#include "unit/plugin_files.h"

#include <Poco/Data/Session.h>

#include <cppunit/TestAssert.h>

#include <future>
#include <memory>
#include <utility>

namespace aiproject::test {
namespace {

constexpr HashCost kCheapest{4, 1, 1};
const std::string kPassword = "correct horse";

std::string quoted(const std::string& text) {
    Poco::JSON::Object object;
    object.set("x", text);
    std::ostringstream out;
    object.stringify(out);
    const std::string all = out.str();  // {"x":"..."}
    return all.substr(5, all.size() - 6);
}

}  // namespace

Site::Site(const Change& change)
    : config_(configured(change)),
      log_(config_.log, "worker"),
      database_(config_.database),
      accounts_(migrated(database_), CredentialKey({1, 2, 3, 4}), config_.auth, kCheapest),
      permits_(board_, board_.addWorker(), callLimits(config_.limits, PoolConfig())),
      registry_(config_, {"*"}, PluginSnapshot::take(config_), {&board_}),
      billing_(database_, config_, billingRules(config_), log_),
      calls_(registry_, config_, log_, loop_),
      router_({config_, database_, accounts_, permits_, billing_, calls_, followed_, log_, meter_,
               [this] { return unreadiness; }}) {
    followed_.onThread([this](EventLoop::Work work) { threads_.add(std::move(work)); });
    ann = registered("ann");
}

Config Site::configured(const Change& change) const {
    const std::filesystem::path plugins = dir_.path() / "plugins";
    install(echoPlugin(), plugins);
    install(badPlugin("scripted"), plugins);
    Config config;
    config.pluginDirs = {plugins};
    config.routes = {{"echo"}, {"echo"}, {"echo"}, VoiceAccess::anyone};
    config.database.url = "sqlite:" + dir_.file("accounts.db");
    config.billing.spoolDir = dir_.file("spool");
    config.log.file = dir_.file("worker.log");
    if (change) change(config);
    return config;
}

Database& Site::migrated(Database& database) {
    Migrations(database, sourceFolder() + "/sql").apply([](const std::string&) {});
    return database;
}

SignIn Site::registered(const std::string& name) {
    accounts_.registerUser({name, kPassword, "a@example.org", ""});
    return accounts_.login(name, kPassword);
}

User Site::user(const SignIn& signIn) { return accounts_.identify(signIn.uuid, signIn.user.name); }

void Site::sql(const std::string& statement) {
    database_.write([&](Poco::Data::Session& session) { Database::execute(session, statement); });
}

std::int64_t Site::number(const std::string& query) {
    std::int64_t number = 0;
    database_.read([&](Poco::Data::Session& session) {
        session << query, Poco::Data::Keywords::into(number), Poco::Data::Keywords::now;
    });
    return number;
}

std::string Site::log() const { return readFile(config_.log.file); }

std::string Site::lastLogLine() const {
    const std::string all = log();
    CPPUNIT_ASSERT(!all.empty() && all.back() == '\n');
    const auto before = all.rfind('\n', all.size() - 2);
    return all.substr(before == std::string::npos ? 0 : before + 1);
}

void Site::serve(Exchange& exchange) const {
    std::promise<void> isOver;
    router_.serve(std::make_unique<LentExchange>(exchange, [&] { isOver.set_value(); }));
    isOver.get_future().wait();
}

ScriptedExchange& Site::serve(ScriptedExchange& exchange) const {
    serve(static_cast<Exchange&>(exchange));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(exchange.text(), 1, exchange.starts);
    return exchange;
}

ScriptedExchange Site::post(const std::string& path, const std::string& body) const {
    ScriptedExchange exchange("POST", path, body);
    exchange.sent.contentType = "application/json";
    serve(exchange);
    return exchange;
}

ScriptedExchange Site::post(const std::string& path, const std::string& body, const SignIn& signIn,
                            const std::string& contentType) const {
    ScriptedExchange exchange("POST", path, body);
    exchange.sent.contentType = contentType;
    exchange.sent.uuid = signIn.uuid;
    exchange.sent.username = signIn.user.name;
    serve(exchange);
    return exchange;
}

ScriptedExchange Site::get(const std::string& path) const {
    ScriptedExchange exchange("GET", path);
    serve(exchange);
    return exchange;
}

std::string questionOf(const SignIn& signIn, const std::string& content) {
    return R"({"uuid":")" + signIn.uuid + R"(","username":)" + quoted(signIn.user.name) +
           R"(,"dialog":[{"role":"user","content":)" + quoted(content) + "}]}";
}

void assertRefused(const ScriptedExchange& answer, const std::string& code) {
    const auto json = answer.json();
    CPPUNIT_ASSERT(json->get("code").isString());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), code, json->getValue<std::string>("code"));
    CPPUNIT_ASSERT(json->get("msg").isString() && !json->getValue<std::string>("msg").empty());
    CPPUNIT_ASSERT_MESSAGE(answer.text(), !json->has("content") && !json->has("uuid") && !json->has("consume_token"));
    CPPUNIT_ASSERT_EQUAL(200, answer.head->status);
    CPPUNIT_ASSERT_EQUAL(std::string("application/json; charset=utf-8"), answer.head->contentType);
}

Poco::JSON::Object::Ptr assertSucceeded(const ScriptedExchange& answer) {
    auto json = answer.json();
    CPPUNIT_ASSERT_MESSAGE(answer.text(), json->get("code").isInteger());
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), 0, json->getValue<int>("code"));
    CPPUNIT_ASSERT(json->get("msg").isString());
    CPPUNIT_ASSERT_EQUAL(200, answer.head->status);
    CPPUNIT_ASSERT_EQUAL(std::string("application/json; charset=utf-8"), answer.head->contentType);
    return json;
}

}  // namespace aiproject::test
