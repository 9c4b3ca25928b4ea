// What clients do to a worker by their pace, and by their number.
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace aiproject::test;

namespace {

struct Clients : CppUnit::TestCase {
    const PluginFolder plugins{{{"echo", pluginFolder()}, {"scripted", badPluginFolder()}}};
    GatedModel gated;
    std::unique_ptr<WorkerUnderTest> worker;

    void start(const Settings& more) {
        Settings settings = gated.addedTo({{"plugins.dir", plugins.path()}});
        settings.insert(more.begin(), more.end());
        worker = std::make_unique<WorkerUnderTest>(settings);
    }
    std::string codeOf(const std::string& name, const std::string& uuid) const {
        const FastcgiAnswer answer = worker->post("/models/echo/chat", textBody(uuid, name, "hi"));
        const auto at = answer.body.find("\"code\":") + 7;
        return answer.complete ? answer.body.substr(at, answer.body.find(',', at) - at) : "none";
    }
};

// Takes a byte a second of what comes over that socket, if it is asked often enough.
class Sip {
public:
    explicit Sip(int socket) : socket_(socket) {}
    bool goesOn() {
        if (Clock::now() < next_) return true;
        next_ = Clock::now() + std::chrono::seconds(1);
        char byte = 0;
        return recv(socket_, &byte, 1, 0) == 1;
    }

private:
    using Clock = std::chrono::steady_clock;
    const int socket_;
    Clock::time_point next_ = Clock::now();
};

}  // namespace

SPEC(Clients, that_read_a_byte_a_second_hold_nothing_but_themselves) {
    start({{"limit.user_calls", "1"},
           {"timeout.client_ms", atOurPace(std::chrono::seconds(5), std::chrono::seconds(60))}});
    const std::string ann = worker->newUser("ann"), ben = worker->newUser("ben");
    std::string words;
    for (int i = 0; i < 20'000; ++i) words += "word ";  // far more frames than the socket takes
    FastcgiClient slow(worker->socket());
    slow.send(jsonRequest("/models/echo/stream", textBody(ann, "ann", words)));
    CPPUNIT_ASSERT(slow.readUntil("word"));

    CPPUNIT_ASSERT_EQUAL(std::string("\"TOO_MANY_REQUESTS\""), codeOf("ann", ann));
    Sip sip(slow.descriptor());
    const auto isFreeAgain = [&] {
        CPPUNIT_ASSERT(sip.goesOn());
        CPPUNIT_ASSERT_EQUAL(std::string("0"), codeOf("ben", ben));
        return codeOf("ann", ann) == "0";
    };
    ASSERT_EVENTUALLY(isFreeAgain());
    ASSERT_EVENTUALLY(countOf(worker->log(), "code=CLIENT_LEFT") == 1);
    CPPUNIT_ASSERT(!slow.read().complete);
}

SPEC(Clients, that_have_gone_leave_no_threads_behind) {
    constexpr int burst = 20;
    start({});
    const std::string ann = worker->newUser("ann");
    std::vector<std::unique_ptr<FastcgiClient>> streams(burst);
    for (auto& stream : streams) stream = gated.stream(worker->socket(), ann, "ann");
    CPPUNIT_ASSERT(threadsOf(worker->process().pid()) >= burst);
    streams.clear();
    ASSERT_EVENTUALLY(threadsOf(worker->process().pid()) < burst / 2);  // it has some that serve no requests
}
