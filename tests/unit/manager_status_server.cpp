// The manager's socket for pages: whoever is slow has its connection, and nobody else's time.
#include "manager/status_server.h"
#include "support/eventually.h"
#include "support/fastcgi_client.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;

namespace {

constexpr std::size_t kLarge = 4UL * 1024 * 1024;  // more than a socket takes

struct PagesOfTheManager : CppUnit::TestCase {
    TempDir dir;
    int made = 0;
    StatusServer server{dir.file("status.sock"), [this](const Request& request) {
                            ++made;
                            if (request.path == "/fault") throw std::runtime_error("no memory");
                            StatusPage page;
                            page.body.assign(request.path == "/large" ? kLarge : 2, 'x');
                            return page;
                        }};

    std::size_t watched() const {
        std::vector<pollfd> all;
        server.addTo(all);
        return all.size() - 1;  // without the socket itself
    }
    // As the manager's loop does.
    void turn() {
        std::vector<pollfd> all;
        server.addTo(all);
        poll(all.data(), all.size(), 20);
        server.serve();
    }
    template <class Condition>
    bool turnsUntil(const Condition& condition) {
        return eventually([&] {
            turn();
            return condition();
        });
    }
    std::unique_ptr<FastcgiClient> asking(const std::string& path) const {
        auto client = std::make_unique<FastcgiClient>(dir.file("status.sock"));
        client->send({"GET", path, "", {}});
        return client;
    }
    FastcgiAnswer answerTo(const std::string& path) {
        auto answer = std::async(std::launch::async, [client = asking(path)] { return client->read(); });
        CPPUNIT_ASSERT(
            turnsUntil([&] { return answer.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready; }));
        return answer.get();
    }
};

}  // namespace

SPEC(PagesOfTheManager, reach_a_client_whole_however_large_they_are) {
    const FastcgiAnswer answer = answerTo("/large");
    CPPUNIT_ASSERT(answer.complete);
    CPPUNIT_ASSERT_EQUAL(kLarge, answer.body.size());
}

SPEC(PagesOfTheManager, are_given_up_when_nobody_takes_them_and_others_have_theirs_meanwhile) {
    const auto lazy = asking("/large");
    CPPUNIT_ASSERT(turnsUntil([&] { return watched() == 1; }));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), answerTo("/small").body.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), watched());  // it has its time
    CPPUNIT_ASSERT(turnsUntil([&] { return watched() == 0; }));
    CPPUNIT_ASSERT(!lazy->read().complete);
}

SPEC(PagesOfTheManager, are_not_waited_for_by_who_asks_for_half_of_one) {
    FastcgiClient half(dir.file("status.sock"));
    half.sendRaw(FastcgiClient::records({"GET", "/small", "", {}}).substr(0, 30));
    CPPUNIT_ASSERT(turnsUntil([&] { return watched() == 1; }));
    CPPUNIT_ASSERT(turnsUntil([&] { return watched() == 0; }));
    CPPUNIT_ASSERT(!half.read().complete);
}

SPEC(PagesOfTheManager, are_kept_for_no_more_clients_than_it_bears_and_the_oldest_goes_first) {
    std::vector<std::unique_ptr<FastcgiClient>> silent;
    for (std::size_t i = 0; i < StatusServer::kMostClients; ++i)
        silent.push_back(std::make_unique<FastcgiClient>(dir.file("status.sock")));
    CPPUNIT_ASSERT(turnsUntil([&] { return watched() == StatusServer::kMostClients; }));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), answerTo("/small").body.size());
    CPPUNIT_ASSERT(!silent.front()->read().complete);
    CPPUNIT_ASSERT(watched() < StatusServer::kMostClients);
}

SPEC(PagesOfTheManager, leave_time_for_other_work_however_many_want_one) {
    constexpr int wanted = 2 * StatusServer::kMostPages + 1;
    std::vector<std::unique_ptr<FastcgiClient>> clients;
    clients.reserve(wanted);
    for (int i = 0; i < wanted; ++i) clients.push_back(asking("/small"));
    server.serve();
    CPPUNIT_ASSERT_EQUAL(StatusServer::kMostPages, made);
    server.serve();
    CPPUNIT_ASSERT_EQUAL(2 * StatusServer::kMostPages, made);
    CPPUNIT_ASSERT(turnsUntil([&] { return made == wanted; }));
    for (const auto& client : clients) CPPUNIT_ASSERT(client->read().complete);
}

SPEC(PagesOfTheManager, wait_and_do_not_spin_while_there_is_no_descriptor) {
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const auto client = asking("/small");
    const int next = dup(0);
    close(next);
    const rlimit none{rlim_t(next), before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    server.serve();
    setrlimit(RLIMIT_NOFILE, &before);
    std::vector<pollfd> all;
    server.addTo(all);
    CPPUNIT_ASSERT_EQUAL(0, poll(all.data(), all.size(), 0));
    CPPUNIT_ASSERT(turnsUntil([&] { return made == 1; }));
    CPPUNIT_ASSERT(client->read().complete);
}

SPEC(PagesOfTheManager, that_cannot_be_made_cost_their_connection_alone) {
    CPPUNIT_ASSERT(!answerTo("/fault").complete);
    CPPUNIT_ASSERT(answerTo("/small").complete);
}
