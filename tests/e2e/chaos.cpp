// Everything that can go wrong goes wrong, one thing after the other, while hundreds of clients ask: each request
// ends as a complete answer or as a well-formed error. Only what ran in a killed worker may end without a word.
#include "e2e/chaos_books.h"
#include "e2e/chaos_site.h"
#include "e2e/load.h"
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStreams = 300, kOthers = 30, kAccounts = 4;  // clients
constexpr int kBusy = 250;                                  // calls in progress before anything happens
constexpr std::chrono::seconds kBetween{3};
constexpr const char* kNoDisk = "NOT TESTED: the log disk that is full, because no tmpfs can be mounted here";
const std::chrono::seconds kSettled = 90s * timeFactor();  // far beyond every limit of the site

std::chrono::seconds duration() {
    const char* const said = std::getenv("AIPROJECT_CHAOS_SECONDS");
    return std::chrono::seconds(said ? std::stoi(said) : 30);
}

std::string post(const std::string& path, const std::string& body, const std::string& headers = {}) {
    return "POST " + path + " HTTP/1.0\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

// Always the same request.
Errand errand(const std::string& request, Conduct conduct = Conduct::reads, const Expected& expected = {}) {
    return {[request] { return request; }, conduct, expected};
}

struct User {
    std::string name, uuid;
};

std::string questionOf(const User& user) {
    return "what " + user.name + " would like to know, in some more words than one";
}

std::vector<Errand> streamsOf(const User& user) {
    const std::string dialog = textBody(user.uuid, user.name, questionOf(user));
    const Errand stream = errand(post("/textModel/stream", dialog));
    return {stream, stream, stream, errand(post("/models/echo/stream", dialog)), stream, stream};
}

// Some of everything else.
std::vector<Errand> othersOf(const User& user) {
    const std::string credential = "uuid: " + user.uuid + "\r\nusername: " + user.name + "\r\n";
    const std::string dialog = textBody(user.uuid, user.name, questionOf(user)),
                      stream = post("/textModel/stream", dialog),
                      picture = std::string("\xff\xd8\xff\xe0", 4) + std::string(2'000, 'j');
    std::string manyWords;
    for (int i = 0; i < 1'000; ++i) manyWords += "word ";
    return {errand(post("/textModel/chat", dialog), Conduct::reads, {"content", questionOf(user)}),
            errand(post("/voiceModel/chat", std::string(16'000, '\1'))),
            errand(stream, Conduct::leavesInTheMiddle),
            errand(post("/PictureToTextModel/chat", picture, credential)),
            errand(stream, Conduct::leavesAtOnce),
            errand(post("/models/echo/stream", textBody(user.uuid, user.name, manyWords)), Conduct::readsSlowly)};
}

// These write to the database; a password takes time, so they are few.
std::vector<Errand> accountsOf(const User& user) {
    const auto body = [](const std::string& name) { return registration(name, "a good password", "user@example.org"); };
    const auto newcomers = std::make_shared<std::atomic<int>>(0);
    const auto newcomer = [=] { return post("/auth/register", body(user.name + "-" + std::to_string(++*newcomers))); };
    return {{newcomer, Conduct::reads, {"msg"}},
            errand(post("/auth/login", body(user.name)), Conduct::reads, {"uuid"})};
}

struct Chaos : CppUnit::TestCase {
    ChaosSite site;
    Casualties casualties;

    // The database may keep a request for a second here: where a slow machine takes longer, the user asks again.
    User registered(const std::string& name) const {
        User user{name, {}};
        const auto isIn = [&] {
            try {
                user.uuid = site.manager.newUser(name);
            } catch (const Poco::Exception& e) {
                throw NotYet("no uuid: " + e.displayText());
            }
            return true;
        };
        ASSERT_EVENTUALLY(isIn());
        return user;
    }

    std::vector<Crowd> crowds() const {
        constexpr std::chrono::seconds pause{1};
        std::vector<Crowd> all{{kStreams, {}}, {kOthers, {}}, {kAccounts, {}, pause}};
        for (const std::string name : {"alice", "bob", "carol"}) {
            const User user = registered(name);
            const std::array errands{streamsOf(user), othersOf(user), accountsOf(user)};
            for (std::size_t i = 0; i < all.size(); ++i)
                all[i].errands.insert(all[i].errands.end(), errands.at(i).begin(), errands.at(i).end());
        }
        return all;
    }

    int callsInProgress() const { return site.manager.pool("model")->getValue<int>("calls"); }

    // The times are the scenario's own: nothing is expected to have happened when one has passed.
    void disturb(const Tally& tally) {
        const std::vector<Disturbance> all = disturbancesOf(site, casualties);
        const auto start = Clock::now();
        auto due = start + kBetween;
        for (std::size_t turn = 0; due < start + duration() || turn < all.size(); ++turn) {
            const Disturbance& next = all.at(turn % all.size());
            std::this_thread::sleep_until(due);
            const auto second = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - start).count();
            std::cout << "at " << second << " s:" << tally.counts() << "\n  " << next.name << ": " << next.begin()
                      << std::endl;
            std::this_thread::sleep_until(due + next.lasts);
            next.end();
            CPPUNIT_ASSERT(site.manager.process().isRunning());
            due = std::max(due + kBetween, Clock::now());
        }
    }

    // Nothing is in progress, and there are as many workers as configured.
    bool isQuiet(const std::string& poolName, std::size_t processes) const {
        const auto pool = site.manager.pool(poolName);
        const auto workers = pool->getArray("workers"), models = pool->getArray("models");
        bool isQuiet = workers->size() == processes && pool->getValue<int>("calls") == 0;
        for (unsigned i = 0; i < workers->size(); ++i) {
            const auto worker = workers->getObject(i);
            isQuiet &= worker->getValue<int>("busy") == 0 && worker->getValue<std::string>("state") == "ready";
        }
        for (unsigned i = 0; i < models->size(); ++i) isQuiet &= models->getObject(i)->getValue<int>("calls") == 0;
        return isQuiet;
    }

    // Without what a worker makes when it is needed, and keeps: its database's sessions and its journal of calls.
    std::vector<std::string> descriptorsOfWorker(pid_t pid) const {
        const auto& folder = site.manager.installation().dir();
        return descriptorsOf(pid, {folder.file("accounts.db"), folder.file("spool")});
    }

    void assertPromises(const Tally& tally) const {
        std::cout << "in all:" << tally.counts() << "\n"
                  << tally.details() << "killed " << casualties.workers << " workers with " << casualties.requests
                  << " requests" << std::endl;
        for (const Ending never : {Ending::malformed, Ending::silent, Ending::hanging})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(nameOf(never), 0, tally.count(never));
        CPPUNIT_ASSERT(tally.count(Ending::broken) <= casualties.requests);
        CPPUNIT_ASSERT(tally.count(Ending::answered) > kStreams);
        const std::string log = readFile(site.logDisk.file("aiproject.log"));
        CPPUNIT_ASSERT(log.find("request id=") != std::string::npos);
        for (const std::string& id : tally.broken())  // a worker that has ended a request was not killed in it
            CPPUNIT_ASSERT_MESSAGE(id, !id.empty() && log.find("request id=" + id) == std::string::npos);
        assertNobodyElseDied(log);
    }

    // What was said while the disk was full is lost.
    void assertNobodyElseDied(const std::string& log) const {
        const auto killed = countOf(log, " ended by signal Killed");
        CPPUNIT_ASSERT(killed > 0 && killed <= std::size_t(casualties.workers));
        CPPUNIT_ASSERT_EQUAL(killed, countOf(log, " ended by signal "));
        std::istringstream lines(log);
        std::string gaveUp;
        for (std::string line; std::getline(lines, line);)
            for (const char* sign : {" ended with exit code ", "cannot serve", " requests did not end"})
                if (line.find(sign) != std::string::npos) gaveUp += line + "\n";
        CPPUNIT_ASSERT_MESSAGE(gaveUp, gaveUp.find(" ended with exit code ") == std::string::npos);
    }

    // What dead workers held is free within a minute; what waited for the database has come in.
    void assertHonestBooks(const Tally& tally) const {
        ChaosBooks books(site.manager.installation());
        CPPUNIT_ASSERT(eventually([&] { return books.areClosed(); }, kSettled));
        books.assertAgree(tally.answers(), kGranted);
    }

    // Fewer are no leak: a worker that has just started may hold one for a moment.
    void assertNoMoreDescriptors(const std::string& who, const std::vector<std::string>& before,
                                 const std::function<std::vector<std::string>()>& now) const {
        std::vector<std::string> found;
        const bool haveNoMore = eventually([&] { return (found = now()).size() <= before.size(); });
        std::string text = who + " had " + std::to_string(before.size()) + " descriptors and has";
        for (const auto& target : found) text += " " + target;
        CPPUNIT_ASSERT_MESSAGE(text, haveNoMore);
    }

    void assertNothingIsLeft() {
        CPPUNIT_ASSERT_EQUAL(0, site.manager.command("stop").code);
        CPPUNIT_ASSERT_EQUAL(0, site.manager.process().wait().value_or(-1));
        const std::string folder = site.manager.installation().dir().path();
        ASSERT_EVENTUALLY(processesAbout(folder).empty());
    }
};

}  // namespace

SPEC(Chaos, ends_every_request_in_a_way_that_its_client_can_tell) {
    if (!site.logDisk.isDisk()) std::cout << kNoDisk << std::endl;
    const pid_t manager = site.manager.process().pid();
    const auto workerBefore = descriptorsOfWorker(site.manager.workers("model").at(0));
    std::vector<std::string> managerBefore;
    const auto hasEndedItsFirstTrial = [&] {
        managerBefore = descriptorsOf(manager);
        return std::none_of(managerBefore.begin(), managerBefore.end(), [](const std::string& target) {
            return target.find("aiproject-trial") != std::string::npos;
        });
    };
    ASSERT_EVENTUALLY(hasEndedItsFirstTrial());

    Load load(site.nginx.port(), crowds());
    int calls = 0;
    ASSERT_EVENTUALLY((calls = callsInProgress()) >= kBusy);
    std::cout << calls << " calls in progress" << std::endl;
    disturb(load.tally());
    load.stop();

    assertPromises(load.tally());
    CPPUNIT_ASSERT(eventually(
        [&] { return isQuiet("model", kModelProcesses) && isQuiet("media", 1) && isQuiet("auth", 1); }, kSettled));
    assertHonestBooks(load.tally());
    CPPUNIT_ASSERT_EQUAL(manager, site.manager.status()->getValue<pid_t>("pid"));
    for (const pid_t worker : site.manager.workers("model"))
        assertNoMoreDescriptors("a worker", workerBefore, [&] { return descriptorsOfWorker(worker); });
    assertNoMoreDescriptors("the manager", managerBefore, [&] { return descriptorsOf(manager); });
    assertNothingIsLeft();
    if (!site.logDisk.isDisk()) std::cout << kNoDisk << std::endl;
}
