// What clients do to streams that a worker's event loop follows: they stop reading, come all at once, come when there
// are no descriptors left.
#include "base/sanitized.h"
#include "support/books.h"
#include "support/eventually.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using aiproject::kIsSanitized;
using namespace aiproject::test;

namespace {

constexpr int kMany = 1'000;

struct FollowedClients : CppUnit::TestCase {
    const PluginFolder plugins{
        {{"echo", pluginFolder()}, {"follows", badPluginFolder()}, {"scripted", badPluginFolder()}}};
    std::unique_ptr<WorkerUnderTest> worker;
    std::string ann;

    void start(const Settings& more) {
        Settings settings{{"plugins.dir", plugins.path()},  {"auth.new_tokens", Books::allowance()},
                          {"model.long.plugin", "follows"}, {"model.long.pieces", "60"},
                          {"model.long.size", "20000"},     {"model.short.plugin", "follows"}};
        for (const auto& [key, value] : more) settings[key] = value;
        worker = std::make_unique<WorkerUnderTest>(settings);
        ann = worker->newUser("ann");
    }
    pid_t pid() const { return worker->process().pid(); }
    std::unique_ptr<FastcgiClient> asking(const std::string& model) const {
        auto client = std::make_unique<FastcgiClient>(worker->socket());
        client->send(jsonRequest("/models/" + model + "/stream", textBody(ann, "ann", "hi")));
        return client;
    }
    FastcgiAnswer chat(const std::string& model) const {
        return worker->post("/models/" + model + "/chat", textBody(ann, "ann", "hi"));
    }
    void assertServes() const {
        for (const std::string model : {"echo", "short"}) {
            const FastcgiAnswer answer = chat(model);
            CPPUNIT_ASSERT_MESSAGE(model + ": " + answer.body, answer.body.find("\"code\":0") != std::string::npos);
        }
    }
    static bool isWhole(const FastcgiAnswer& answer) {
        return answer.complete && answer.body.find("\"status\":2") != std::string::npos &&
               countOf(answer.body, "\"code\":") == countOf(answer.body, "\"code\":0,");
    }
    static bool isBusy(const FastcgiAnswer& answer) {
        return answer.complete && answer.body.find("\"MODEL_BUSY\"") != std::string::npos;
    }
};

// Another process can open no more than so many, until the end.
class FewerDescriptors {
public:
    FewerDescriptors(pid_t pid, int room) : pid_(pid) {
        const rlimit limit{limitFor(room), before(pid).rlim_max};
        CPPUNIT_ASSERT_EQUAL(0, prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr));
    }
    ~FewerDescriptors() { prlimit(pid_, RLIMIT_NOFILE, &before_, nullptr); }
    FewerDescriptors(const FewerDescriptors&) = delete;
    FewerDescriptors& operator=(const FewerDescriptors&) = delete;

private:
    // The limit is one of numbers, and some below the highest are free.
    rlim_t limitFor(int room) const {
        rlim_t limit = 0;
        for (const std::string folder = "/proc/" + std::to_string(pid_) + "/fd/"; room >= 0; ++limit)
            if (!std::filesystem::is_symlink(std::filesystem::symlink_status(folder + std::to_string(limit)))) --room;
        return limit - 1;
    }
    static rlimit before(pid_t pid) {
        rlimit limit{};
        CPPUNIT_ASSERT_EQUAL(0, prlimit(pid, RLIMIT_NOFILE, nullptr, &limit));
        return limit;
    }
    const pid_t pid_;
    const rlimit before_ = before(pid_);
};

}  // namespace

// A stream of theirs is 1.2 MB long, of which their sockets and the worker take a part.
SPEC(FollowedClients, that_stop_reading_hold_only_themselves_and_little_memory_until_their_time) {
    start({{"timeout.client_ms", atOurPace(std::chrono::seconds(6), std::chrono::seconds(60))}});
    const long before = residentSize(pid());
    std::vector<std::unique_ptr<FastcgiClient>> silent;
    for (int i = 0; i < kMany; ++i) {
        silent.push_back(asking("long"));
        if (i % 50 == 49) CPPUNIT_ASSERT(silent.back()->readUntil("xxx"));
    }
    assertServes();
    const long most = long(kMany) * (kIsSanitized ? 800 : 200);  // KiB; sanitizers keep what was freed for a while
    CPPUNIT_ASSERT_MESSAGE(std::to_string(residentSize(pid()) - before), residentSize(pid()) - before < most);
    assertServes();
    ASSERT_EVENTUALLY(countOf(worker->log(), "code=CLIENT_LEFT") == std::size_t(kMany));
    for (const auto& client : silent) {  // one that reads on after all is told that this is not all
        const FastcgiAnswer answer = client->read();
        CPPUNIT_ASSERT(!isWhole(answer) && answer.complete);
        CPPUNIT_ASSERT(answer.body.rfind(R"({"header":{"code":499,)") > answer.body.rfind("xxx"));
    }
    assertServes();
    Books(worker->installation()).assertAgree();
}

// A speech has no last frame that could say so: its connection must break, or half of it passes for all of it.
SPEC(FollowedClients, that_stop_reading_a_speech_are_told_that_it_is_not_whole) {
    constexpr std::size_t pieces = 300, size = 4'000;  // 1.2 MB
    std::string script = "follow";
    for (std::size_t i = 0; i < pieces; ++i) script += "|sound input";
    start({{"timeout.client_ms", "500"}, {"model.speaker.plugin", "scripted"}, {"model.speaker.script", script}});
    FastcgiClient silent(worker->socket());
    silent.send(jsonRequest("/models/speaker/speech", R"({"uuid":")" + ann + R"(","username":"ann","input":")" +
                                                          std::string(size, 'x') + R"("})"));
    CPPUNIT_ASSERT(silent.readUntil("xxx"));
    ASSERT_EVENTUALLY(countOf(worker->log(), "code=CLIENT_LEFT") == 1);
    const FastcgiAnswer answer = silent.read();
    CPPUNIT_ASSERT_EQUAL(200, answer.status);
    CPPUNIT_ASSERT(answer.broken && !answer.complete && answer.body.size() < pieces * size);
    assertServes();
    Books(worker->installation()).assertAgree();
}

// The answer goes on without them, to its end, as it does for a model that blocks.
SPEC(FollowedClients, that_stop_reading_are_dropped_where_answers_outlive_their_clients) {
    start({{"billing.on_client_gone", "drain"}, {"timeout.client_ms", "500"}});
    const auto silent = asking("long");
    CPPUNIT_ASSERT(silent->readUntil("xxx"));
    Books books(worker->installation());
    ASSERT_EVENTUALLY(books.rows("outcome = 'client_left' AND tokens_out > 60 * 4000") == 1);
    CPPUNIT_ASSERT(!silent->read().complete);
    assertServes();
    books.assertAgree();
}

SPEC(FollowedClients, that_come_by_the_thousand_are_each_answered) {
    start({});
    std::vector<std::unique_ptr<FastcgiClient>> clients(kMany);
    for (auto& client : clients) client = asking("short");
    int whole = 0;
    for (const auto& client : clients) {
        const FastcgiAnswer answer = client->read();
        CPPUNIT_ASSERT_MESSAGE(answer.body, isWhole(answer) || isBusy(answer));
        whole += isWhole(answer) ? 1 : 0;
    }
    CPPUNIT_ASSERT_MESSAGE(std::to_string(whole), whole > 0);
    Books books(worker->installation());
    ASSERT_EVENTUALLY(books.spooled() == 0);  // where a thousand at once take longer than database.timeout_ms
    CPPUNIT_ASSERT_EQUAL(std::int64_t(whole), books.rows("outcome = 'complete'"));
    books.assertAgree();
}

// A request takes two for a moment and then one, its upstream two: with ever more room it is closed unread, refused,
// and served.
SPEC(FollowedClients, for_whose_upstream_there_are_no_descriptors_are_refused_as_busy_and_nothing_leaks) {
    if (kIsSanitized) return;  // to check an object's type they need a pipe, and take its lack for a wrong object
    start({{"retry.attempts", "1"}});
    assertServes();
    const auto open = [&] { return descriptorsOf(pid()).size(); };
    const std::size_t before = open();
    const auto askedWith = [&](int room) {
        const FewerDescriptors fewer(pid(), room);
        const FastcgiAnswer answer = asking("short")->read();
        CPPUNIT_ASSERT_MESSAGE(answer.body, isWhole(answer) || isBusy(answer) || answer.body.empty());
        return isBusy(answer);
    };
    // What an earlier call still has open when the limit is set is more room a moment later, so each room has many
    // tries.
    const auto isRefusedInSome = [&] {
        bool isRefused = false;
        for (int room = 1; room <= 3; ++room) {
            isRefused = askedWith(room) || isRefused;
            assertServes();
        }
        return isRefused;
    };
    ASSERT_EVENTUALLY(isRefusedInSome());
    ASSERT_EVENTUALLY(open() <= before);
}
