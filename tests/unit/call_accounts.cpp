// A model that has several accounts at its upstream: who is asked, and who rests.
#include "support/spec.h"
#include "support/text.h"
#include "unit/calls_fixture.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct UpstreamKeys : Calls {
    UpstreamKeys() {
        config.breaker = {5, 1h};
        config.retry.attempts = 1;
        config.pluginDirs = {dir.file("plugins")};
        install(badPlugin("scripted"), dir.path() / "plugins");
    }
    // Accounts a, b ... of model `one` play these scripts.
    void loadAccounts(const std::vector<std::string>& scripts, const std::map<std::string, std::string>& more = {}) {
        ModelConfig one{"scripted", more};
        std::string names;
        for (std::size_t i = 0; i < scripts.size(); ++i) {
            const std::string name(1, char('a' + i));
            names += name + ",";
            one.settings["account." + name + ".script"] = playing(scripts[i]).settings.at("script");
        }
        one.settings["accounts"] = names;
        config.models = {{"one", one}};
        loadAnew();
    }
    std::string asked() {
        CollectReply reply(1'000);
        run({"one"}, question(), reply);
        return reply.text();
    }
    Error failedAll(ErrorKind kind) {
        CollectReply reply(1'000);
        return expectError(kind, [&] { run({"one"}, question(), reply); });
    }
    std::map<std::string, int> askedTimes(int times) {
        std::map<std::string, int> answers;
        for (int i = 0; i < times; ++i) ++answers[asked()];
        return answers;
    }
    ModelRow& rowOf(const std::string& account) const { return *registry->models().at("one/" + account).shared; }
    std::int64_t restOf(const std::string& account) const { return rowOf(account).restsUntil - Board::milliseconds(); }
};

using Expected = std::map<std::string, int>;

SPEC(UpstreamKeys, have_one_name_for_clients) {
    loadAccounts({"delta a", "delta b"});
    CollectReply reply(1'000);
    CPPUNIT_ASSERT_EQUAL("one"s, run({"one"}, question(), reply));
    CPPUNIT_ASSERT_EQUAL("one"s, reply.report().model);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), registry->accountsOf("one").size());
    CPPUNIT_ASSERT(registry->find("one") && !registry->find("a"));
}

SPEC(UpstreamKeys, are_asked_in_turn_by_their_weights) {
    loadAccounts({"delta a", "delta b", "delta c"}, {{"account.b.weight", "2"}});
    CPPUNIT_ASSERT((askedTimes(12) == Expected{{"a", 3}, {"b", 6}, {"c", 3}}));
}

SPEC(UpstreamKeys, that_are_least_busy_are_asked) {
    loadAccounts({"delta a", "delta b"});
    board.worker(worker).callsOf.at(registry->models().at("one/a").row) = 1;
    board.extendCallers(worker + 1);
    CPPUNIT_ASSERT((askedTimes(4) == Expected{{"b", 4}}));
}

SPEC(UpstreamKeys, rest_when_their_upstream_is_busy_and_the_call_goes_to_another) {
    loadAccounts({"status busy", "delta b"});
    CPPUNIT_ASSERT((askedTimes(4) == Expected{{"b", 4}}));
    CPPUNIT_ASSERT(restOf("a") > 3'500'000 && restOf("b") <= 0);
    assertSays(logged(), "model one/a: its upstream says busy; the other accounts are asked for 3600000 ms");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), countOf(logged(), "model=one/a "));
    CPPUNIT_ASSERT_EQUAL(0, rowOf("a").failures.load());  // it is healthy
}

SPEC(UpstreamKeys, rest_as_long_as_their_upstream_wishes) {
    loadAccounts({"retry 90000|status busy", "delta b"});
    asked();
    asked();
    CPPUNIT_ASSERT(restOf("a") > 60'000 && restOf("a") <= 90'000);
}

SPEC(UpstreamKeys, that_all_rest_have_the_client_come_again_when_their_upstream_wishes) {
    loadAccounts({"retry 6001|status busy"});
    CPPUNIT_ASSERT_EQUAL(7, failedAll(ErrorKind::modelBusy).retryAfter());
}

SPEC(UpstreamKeys, have_the_client_come_again_when_the_first_of_them_may_serve) {
    const std::string soon = "retry 5000|status busy", late = "retry 3600000|status busy";
    for (const std::vector<std::string>& scripts :
         {std::vector{soon, late}, {late, soon}, {late, soon, "status busy"}, {soon, late, "status unavailable"}}) {
        loadAccounts(scripts);
        for (const auto& [name, model] : registry->models()) model.shared->restsUntil = 0;
        const bool isBusy = scripts.back() != "status unavailable";
        CPPUNIT_ASSERT_EQUAL(5, failedAll(isBusy ? ErrorKind::modelBusy : ErrorKind::textModelFailed).retryAfter());
    }
}

SPEC(UpstreamKeys, that_have_their_calls_are_free_sooner_than_another_wishes) {
    loadAccounts({"retry 5000|status busy", "delta b"});
    config.models["one"].calls = 1;
    loadAnew();
    board.worker(worker).callsOf.at(registry->models().at("one/b").row) = 1;
    board.extendCallers(worker + 1);
    const Error error = failedAll(ErrorKind::modelBusy);
    assertSays(error.what(), "has its calls in progress");
    CPPUNIT_ASSERT_EQUAL(0, error.retryAfter());  // its kind's own
}

SPEC(UpstreamKeys, have_no_wish_where_the_last_was_asked_in_vain_for_another_reason) {
    for (const auto& [last, kind] : {std::pair("status timedOut", ErrorKind::modelTimeout),
                                     {"status contentRefused", ErrorKind::contentRefused},
                                     {"status badInput", ErrorKind::badRequest}}) {
        loadAccounts({"retry 5000|status busy", last});
        rowOf("a").restsUntil = 0;
        CPPUNIT_ASSERT_EQUAL(0, failedAll(kind).retryAfter());
    }
}

SPEC(UpstreamKeys, rest_neither_for_a_moment_nor_for_days) {
    for (const auto& [wish, least, most] :
         {std::tuple("1", 1L, 1'000L), std::tuple("4000000000", 3'500'000L, 3'600'000L)}) {
        loadAccounts({"retry "s + wish + "|status busy"});
        rowOf("a").restsUntil = 0;
        failedAll(ErrorKind::modelBusy);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(restOf("a")), restOf("a") <= most);
        CPPUNIT_ASSERT(rowOf("a").restsUntil > 0 && restOf("a") >= least - 1'000);
    }
}

SPEC(UpstreamKeys, rest_no_shorter_for_a_later_wish) {
    loadAccounts({"retry 2000|status busy"});
    const std::int64_t until = Board::milliseconds() + 600'000;
    rowOf("a").restsUntil = until;
    failedAll(ErrorKind::modelBusy);
    CPPUNIT_ASSERT_EQUAL(until, rowOf("a").restsUntil.load());
}

SPEC(UpstreamKeys, rest_longer_when_only_the_operator_can_help) {
    for (const std::string& status : {"misconfigured"s, "quotaSpent"s}) {
        loadAccounts({"status " + status, "delta b"});
        rowOf("a").restsUntil = 0;
        CPPUNIT_ASSERT((askedTimes(2) == Expected{{"b", 2}}));
        CPPUNIT_ASSERT_MESSAGE(status, restOf("a") > 500'000 && restOf("a") <= 600'000);
    }
}

SPEC(UpstreamKeys, that_all_rest_are_asked_one_at_a_time_the_first_that_is_back) {
    loadAccounts({"status busy", "delta b", "status busy"});
    const std::int64_t now = Board::milliseconds();
    rowOf("a").restsUntil = now + 3'000'000;
    rowOf("b").restsUntil = now + 1'000'000;
    rowOf("c").restsUntil = now + 2'000'000;
    CPPUNIT_ASSERT_EQUAL("b"s, asked());
    CPPUNIT_ASSERT(restOf("b") > 0);  // a stream that began before its rest may end well, too
}

SPEC(UpstreamKeys, are_back_when_their_rest_is_over) {
    loadAccounts({"delta a", "delta b"});
    rowOf("a").restsUntil = 1;
    CPPUNIT_ASSERT((askedTimes(4) == Expected{{"a", 2}, {"b", 2}}));
}

SPEC(UpstreamKeys, have_the_other_models_of_the_route_behind_them) {
    loadAccounts({"status busy", "status misconfigured"});
    config.models["two"] = playing("delta two");
    loadAnew();
    CollectReply reply(1'000);
    CPPUNIT_ASSERT_EQUAL("two"s, run({"one", "two"}, question(), reply));
}

SPEC(UpstreamKeys, that_are_set_up_wrong_are_named_and_the_others_serve) {
    loadAccounts({"delta a", "delta b"}, {{"account.b.nonsense", "1"}});
    std::string said;
    for (const Finding& finding : registry->findings()) said += finding.text + "\n";
    assertSays(said, "model.one.account.b.nonsense: ");
    CPPUNIT_ASSERT((askedTimes(3) == Expected{{"a", 3}}));
}

SPEC(UpstreamKeys, show_the_end_of_their_key_if_it_is_long_enough) {
    install(badPlugin("keyed"), dir.path() / "plugins");
    config.models = {
        {"k",
         {"keyed", {{"accounts", "a,b"}, {"account.a.api_key", "0123456789abWXYZ"}, {"account.b.api_key", "short"}}}}};
    loadAnew();
    const std::uint32_t end = registry->models().at("k/a").shared->keyEnd;
    CPPUNIT_ASSERT_EQUAL("WXYZ"s, std::string(reinterpret_cast<const char*>(&end), sizeof end));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(0), registry->models().at("k/b").shared->keyEnd.load());
    const std::vector<std::string> secrets = registry->secrets();
    for (const std::string key : {"0123456789abWXYZ", "short"})
        CPPUNIT_ASSERT(std::find(secrets.begin(), secrets.end(), key) != secrets.end());
}

}  // namespace
