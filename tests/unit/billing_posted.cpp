// Settlements that no thread waits for.
#include "support/eventually.h"
#include "support/spec.h"
#include "unit/till.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kNoRows = "CREATE TRIGGER broken BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END";

struct PostedBills : Till {
    std::vector<std::unique_ptr<BilledCall>> calls;
    std::vector<std::atomic<int>> done;  // how often

    PostedBills() { sql("UPDATE users SET tokens = 100000"); }

    // A few have a limit: each of them is a transaction.
    void begin(int count) {
        for (int i = 0; i < count; ++i)
            calls.push_back(std::unique_ptr<BilledCall>(new BilledCall(billing->begin(text(4, i % 20 == 0)))));
        done = std::vector<std::atomic<int>>(calls.size());
    }
    void post(std::size_t index, std::int64_t tokens = 2) {
        const Bill bill = calls[index]->settle(answered(tokens), {"echo", ""}, [this, index] { ++done[index]; });
        CPPUNIT_ASSERT_EQUAL(tokens, bill.amounts.tokens);  // known at once
    }
    void postAll() {
        for (std::size_t i = 0; i < calls.size(); ++i) post(i);
    }
    bool isEachDone() const {
        return std::all_of(done.begin(), done.end(), [](const auto& times) { return times > 0; });
    }
    void assertEachIsDoneOnce() const {
        CPPUNIT_ASSERT(std::all_of(done.begin(), done.end(), [](const auto& times) { return times == 1; }));
    }
    std::int64_t rows() { return number("SELECT COUNT(*) FROM ledger"); }
    std::vector<std::filesystem::path> spoolFiles() const {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(config.billing.spoolDir))
            if (entry.path().extension() == ".spool") files.push_back(entry.path());
        return files;
    }
    std::int64_t spooled() const {
        std::int64_t lines = 0;
        for (const auto& file : spoolFiles()) {
            const std::string text = readFile(file);
            lines += std::count(text.begin(), text.end(), '\n');
        }
        return lines;
    }
};

SPEC(PostedBills, are_in_the_ledger_when_they_are_done) {
    begin(100);
    postAll();
    ASSERT_EVENTUALLY(isEachDone());
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), rows());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5 * 2), number("SELECT SUM(charged_tokens) FROM ledger"));
    calls.clear();
    assertAgrees(100'000);
    billing.reset();
    CPPUNIT_ASSERT(std::filesystem::is_empty(config.billing.spoolDir));  // no slot of the journal is open
}

SPEC(PostedBills, by_the_thousand_go_to_the_spool_together_while_the_database_hangs) {
    constexpr int many = 2'000;
    config.database.timeout = 300ms;
    database.emplace(config.database);
    open(billingRules(config));
    begin(many);
    Database other(databaseAt(dir.file("accounts.db")));
    other.write([&](Poco::Data::Session&) {
        postAll();
        ASSERT_EVENTUALLY(isEachDone());
        assertEachIsDoneOnce();
        CPPUNIT_ASSERT_EQUAL(std::int64_t(many), spooled());
        CPPUNIT_ASSERT(spoolFiles().size() <= 3);
    });
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), rows());
    calls.clear();
    ASSERT_EVENTUALLY((billing->retry(), spoolFiles().empty()));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(many), rows());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(many / 20 * 2), number("SELECT SUM(charged_tokens) FROM ledger"));
    assertAgrees(100'000);
    billing->retry();
    billing->keepHolds();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(many), rows());
    billing.reset();
    CPPUNIT_ASSERT(std::filesystem::is_empty(config.billing.spoolDir));
}

SPEC(PostedBills, are_committed_with_those_that_threads_wait_for_and_fail_alone) {
    sql("CREATE TRIGGER broken BEFORE INSERT ON ledger WHEN NEW.tokens = 13 BEGIN SELECT RAISE(ABORT, 'no'); END");
    begin(200);
    together(20, [&](int thread) {
        for (std::size_t i = std::size_t(thread) * 10; i < std::size_t(thread) * 10 + 10; ++i)
            if (i % 2 == 0)
                post(i, i == 100 ? 13 : 2);
            else
                calls[i]->settle(answered(i == 101 ? 13 : 2), {"echo", ""}), ++done[i];
    });
    ASSERT_EVENTUALLY(isEachDone());
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(198), rows());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), spooled());
    calls.clear();
    sql("DROP TRIGGER broken");
    billing->retry();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2), number("SELECT COUNT(*) FROM ledger WHERE tokens = 13"));
    assertAgrees(100'000);
}

SPEC(PostedBills, are_done_before_the_worker_ends) {
    for (const bool isDestroyed : {true, false}) {
        calls.clear();
        open(billingRules(config));
        begin(100);
        postAll();
        if (isDestroyed) {
            // Its calls need it; what they do at their end is no more than counting.
            billing->saveKept();
            calls.clear();
            billing.reset();
        } else {
            billing->saveKept();
        }
        assertEachIsDoneOnce();
    }
    CPPUNIT_ASSERT_EQUAL(std::int64_t(200), rows());
}

SPEC(PostedBills, may_end_their_calls) {
    std::atomic<int> ended{0};
    for (int i = 0; i < 50; ++i) {
        auto* const call = new BilledCall(billing->begin(text(4)));
        call->settle(answered(2), {"echo", ""}, [call, &ended] {
            delete call;
            ++ended;
        });
    }
    ASSERT_EVENTUALLY(ended == 50);
    assertAgrees(100'000);
}

SPEC(PostedBills, are_done_and_kept_in_memory_when_there_is_no_spool_either) {
    begin(40);
    const std::string folder = config.billing.spoolDir;
    std::filesystem::rename(folder, folder + ".away");
    std::ofstream(folder) << "no folder";
    sql(kNoRows);
    postAll();
    ASSERT_EVENTUALLY(isEachDone());
    assertEachIsDoneOnce();
    assertSays(logged(), "bill is kept in memory only");
    calls.clear();
    sql("DROP TRIGGER broken");
    std::filesystem::remove(folder);
    std::filesystem::rename(folder + ".away", folder);
    billing->retry();
    assertEachIsDoneOnce();
    CPPUNIT_ASSERT_EQUAL(std::int64_t(40), rows());
    assertAgrees(100'000);
    billing.reset();
    CPPUNIT_ASSERT(std::filesystem::is_empty(folder));
}

}  // namespace
