// Calls whose worker was killed: settled by another one, once, with what the dead one had noted.
#include "support/spec.h"
#include "unit/forked.h"
#include "unit/till.h"

#include <sys/mman.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// Memory that a test shares with the process that it kills.
class SharedFlag {
public:
    SharedFlag()
        : flag_(new (::mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                            0)) std::atomic<bool>(false)) {}
    ~SharedFlag() { ::munmap(flag_, sizeof(std::atomic<bool>)); }
    SharedFlag(const SharedFlag&) = delete;
    SharedFlag& operator=(const SharedFlag&) = delete;

    void set() { *flag_ = true; }
    bool isSet() const { return *flag_; }

private:
    std::atomic<bool>* flag_;
};

// Releasing and settling change the reservation or insert a row.
constexpr const char* kNoRelease =
    "CREATE TRIGGER broken BEFORE DELETE ON reservations BEGIN SELECT RAISE(ABORT, 'no'); END";

struct LostCalls : Till {
    LostCalls() {
        sql("UPDATE users SET tokens = 1000");
        billing.reset();
        database.reset();  // no connection may cross a fork
    }
    static CallToBill asking(std::int64_t question, bool isLimited = true) {
        CallToBill call = text(300, isLimited);
        call.questionTokens = question;
        return call;
    }
    // `work` in a worker of its own, which is killed when it has returned; with what it began still open.
    void kill(const std::function<void(Billing&)>& work) {
        SharedFlag isDone;
        {
            Forked worker([&] {
                Database own(config.database);
                Log ownLog(config.log, "worker");
                auto* const mortal = new Billing(own, config, billingRules(config), ownLog);
                work(*mortal);
                isDone.set();
                for (;;) pause();
            });
            ASSERT_EVENTUALLY(isDone.isSet());
            worker.kill();
        }
        database.emplace(config.database);
        billing.emplace(*database, config, billingRules(config), *log);
    }
    void reopen() {
        billing.reset();
        database.emplace(config.database);
        billing.emplace(*database, config, billingRules(config), *log);
    }
    static void execute(Database& own, const std::string& statement) {
        own.write([&](Poco::Data::Session& session) { Database::execute(session, statement); });
    }
    std::int64_t rows(const std::string& where) { return number("SELECT COUNT(*) FROM ledger WHERE " + where); }
    std::size_t journals() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(config.billing.spoolDir))
            count += entry.path().extension() == ".calls" ? 1 : 0;
        return count;
    }
};

// That of the last attempt: no frame of it may have gone out.
SPEC(LostCalls, cost_the_price_of_the_model_that_was_asked) {
    config.models["dear"].price.prompt = 2'000'000;
    kill([](Billing& mortal) {
        auto* const call = new BilledCall(mortal.begin(asking(12)));
        call->noteAsked("cheap");
        call->noteAsked("dear");
    });
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost' AND model = 'dear' AND cost = 24"));
}

SPEC(LostCalls, cost_the_question_and_what_was_passed_on) {
    kill([](Billing& mortal) {
        auto* const call = new BilledCall(mortal.begin(asking(12)));
        call->noteAsked();
        call->noteAnswer(20, "spark");
        call->noteAnswer(31, "spark");
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(300), number("SELECT tokens_held FROM users"));
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost' AND basis = 'estimated' AND tokens_in = 12 AND"
                                               " tokens_out = 31 AND charged_tokens = 43 AND balance = 957 AND"
                                               " model = 'spark' AND route = '/textModel/chat' AND user_name = 'ann'"));
    assertAgrees(1'000);
    assertSays(logged(), "1 calls in it were lost");
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), journals());
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("1 = 1"));
}

SPEC(LostCalls, cost_at_least_the_question_and_nothing_before_a_model_was_asked) {
    kill([](Billing& mortal) {
        (new BilledCall(mortal.begin(asking(12))))->noteAsked();
        new BilledCall(mortal.begin(asking(50)));
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(600), number("SELECT tokens_held FROM users"));
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost' AND charged_tokens = 12"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("1 = 1"));
    assertSays(logged(), "1 calls in it were lost");
    assertAgrees(1'000);
}

SPEC(LostCalls, of_users_without_a_limit_and_of_nobody_are_rows_as_well) {
    kill([](Billing& mortal) {
        (new BilledCall(mortal.begin(asking(12, false))))->noteAsked();
        CallToBill nobodys{0, "", "/voiceModel/chat", "request-2", Unit::voiceSecond, 9, false};
        (new BilledCall(mortal.begin(nobodys)))->noteAsked();
    });
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost' AND tokens = 12 AND charged_tokens = 0"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost' AND kind = 'voice' AND voice_seconds = 0 AND"
                                               " basis = 'none' AND user_id = 0"));
}

SPEC(LostCalls, are_none_that_were_settled_or_given_up) {
    kill([](Billing& mortal) {
        BilledCall settled = mortal.begin(asking(12));
        settled.noteAsked();
        settled.settle(answered(40), {"echo", ""});
        mortal.begin(asking(50));
    });
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("1 = 1"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'complete' AND charged_tokens = 40"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), journals());
    assertAgrees(1'000);
}

SPEC(LostCalls, are_none_that_were_given_up_while_the_database_took_no_release) {
    kill([this](Billing& mortal) {
        auto call = std::unique_ptr<BilledCall>(new BilledCall(mortal.begin(asking(12))));
        call->noteAsked();
        Database own(config.database);
        execute(own, kNoRelease);
        call.reset();
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(300), number("SELECT tokens_held FROM users"));
    sql("DROP TRIGGER broken");
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rows("1 = 1"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT tokens_held FROM users"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), journals());
    assertSilentOf(logged(), "were lost");
}

SPEC(LostCalls, are_none_whose_release_came_later) {
    reopen();
    {
        const BilledCall call = billing->begin(asking(12));
        sql(kNoRelease);
    }
    sql("DROP TRIGGER broken");
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), number("SELECT tokens_held FROM users"));
    billing.reset();
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), journals());
}

// The folder is away just then, so that neither the database nor the spool takes the bill.
SPEC(LostCalls, are_none_whose_bill_was_kept_in_memory_for_a_time) {
    for (const bool isSaved : {false, true}) {
        reopen();
        auto call = std::unique_ptr<BilledCall>(new BilledCall(billing->begin(asking(12))));
        call->noteAsked();
        const std::string folder = config.billing.spoolDir;
        std::filesystem::rename(folder, folder + ".away");
        std::ofstream(folder) << "no folder";
        sql(kNoRelease);
        call->settle(answered(40), {"echo", ""});
        call.reset();
        assertSays(logged(), "bill is kept in memory only");
        sql("DROP TRIGGER broken");
        std::filesystem::remove(folder);
        std::filesystem::rename(folder + ".away", folder);
        if (isSaved)
            billing->saveKept();
        else
            billing->retry();
        CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("1 = 1"));  // a saved one is in the spool
        billing.reset();
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), journals());
    }
}

SPEC(LostCalls, wait_for_a_true_bill_that_is_in_the_spool) {
    kill([this](Billing& mortal) {
        auto* const call = new BilledCall(mortal.begin(asking(12)));
        call->noteAsked();
        Database own(config.database);
        execute(own, kNoRelease);
        mortal.begin(asking(1)).settle(answered(40), {"echo", ""});
    });
    sql("DROP TRIGGER broken");
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rows("1 = 1"));
    billing->retry();
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'complete'"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost'"));
}

SPEC(LostCalls, that_one_round_has_settled_do_not_come_again_in_the_next) {
    kill([](Billing& mortal) {
        for (int i = 0; i < 20; ++i) (new BilledCall(mortal.begin(asking(1, false))))->noteAsked();
    });
    CallJournal reader(config.billing.spoolDir, "reader");
    const auto mayTake = [](const std::string& /*owner*/) { return true; };
    std::vector<std::size_t> found;
    for (int round = 0; round < 3; ++round)
        reader.replay(mayTake, [&](const CallJournal::Entries& lost, const CallJournal::Free& free) {
            found.push_back(lost.size());
            for (std::size_t i = 0; i < std::min<std::size_t>(8, lost.size()); ++i) free(lost[i]);
            return false;
        });
    CPPUNIT_ASSERT((found == std::vector<std::size_t>{20, 12, 4}));
}

SPEC(LostCalls, of_a_living_worker_are_left_alone) {
    database.emplace(config.database);
    billing.emplace(*database, config, billingRules(config), *log);
    Billing watcher(*database, config, billingRules(config), *log);
    BilledCall alive = billing->begin(asking(12));
    alive.noteAsked();
    watcher.keepHolds();
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rows("1 = 1"));
    alive.settle(answered(40), {"echo", ""});
    assertAgrees(1'000);
}

SPEC(LostCalls, are_settled_by_one_of_many_who_find_them) {
    kill([](Billing& mortal) {
        CallToBill small = asking(2);
        small.atMost = 3;
        for (int i = 0; i < 40; ++i) (new BilledCall(mortal.begin(small)))->noteAsked();
    });
    std::vector<std::unique_ptr<Billing>> finders;
    finders.reserve(4);
    for (int i = 0; i < 4; ++i)
        finders.push_back(std::make_unique<Billing>(*database, config, billingRules(config), *log));
    together(4, [&](int index) { finders[std::size_t(index)]->keepHolds(); });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(40), rows("outcome = 'lost' AND charged_tokens = 2"));
    assertAgrees(1'000);
}

SPEC(LostCalls, survive_a_file_that_a_power_cut_has_torn) {
    kill([](Billing& mortal) { (new BilledCall(mortal.begin(asking(12))))->noteAsked(); });
    const std::string torn(3'000, '\x4c');
    std::ofstream(config.billing.spoolDir + "/torn-1.calls") << torn;
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), rows("outcome = 'lost'"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), journals());
}

SPEC(LostCalls, need_a_folder_and_calls_go_on_without_one) {
    std::ofstream(dir.file("file")) << "no folder";
    config.billing.spoolDir = dir.file("file");
    database.emplace(config.database);
    billing.emplace(*database, config, billingRules(config), *log);
    for (int i = 0; i < 3; ++i) {
        BilledCall served = billing->begin(asking(12));
        served.noteAsked();
        served.noteAnswer(5, "echo");
        served.settle(answered(40), {"echo", ""});
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), rows("outcome = 'complete'"));
    const std::string log = logged();
    assertSays(log, "billing.spool_dir: ");
    CPPUNIT_ASSERT_EQUAL(log.find("cost nothing"), log.rfind("cost nothing"));  // said once
}

}  // namespace
