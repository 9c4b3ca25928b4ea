// A ConnectionQueue whose threads stop where a test wants them to.
#pragma once

#include "front/connection_queue.h"

#include "front/listener.h"
#include "support/eventually.h"
#include "support/fastcgi_client.h"
#include "unit/front_fixture.h"
#include "unit/host_fixture.h"

#include <atomic>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::test {

inline const std::string kRequest = FastcgiClient::records({"GET", "/healthz", "", {}});
inline const ReceiveLimits kReceiving{kPatience, 100, 1000, 1000};

// Closed until the test opens it; open also when the test has failed.
class Gate {
public:
    ~Gate() { open(); }
    void pass() {
        ++came_;
        opened_.wait();
    }
    int came() const { return came_; }
    void open() {
        if (!std::exchange(isOpen_, true)) promise_.set_value();
    }

private:
    std::atomic<int> came_{0};
    std::promise<void> promise_;
    const std::shared_future<void> opened_{promise_.get_future()};
    bool isOpen_ = false;
};

// Threads stop between having accepted and saying so, and while they serve.
struct QueuedConnections : SharedListener {
    std::atomic<int> served{0}, refused{0}, crowded{0}, setAside{0};
    std::vector<FileDescriptor> others;  // the far ends of another()
    Listener listener{socket.get()};
    Gate accepting, serving;

    ConnectionQueue::Works works() {
        return {[this] { accepting.pass(); },
                [this](const Incoming&) {
                    serving.pass();
                    ++served;
                },
                [this](const Incoming&, Refusal why) {
                    if (why == Refusal::crowded) ++crowded;
                    ++refused;
                },
                [this] { ++setAside; }};
    }
    void send(const FileDescriptor& client, std::string_view bytes) const {
        CPPUNIT_ASSERT_EQUAL(ssize_t(bytes.size()), ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
    // With its request.
    FileDescriptor connected() const {
        FileDescriptor client = SharedListener::connected();
        send(client, kRequest);
        return client;
    }
    // That came in another way.
    FileDescriptor another(std::string_view bytes = kRequest) {
        SocketPair pair;
        if (!bytes.empty()) send(pair.theirs, bytes);
        others.push_back(std::move(pair.theirs));
        return std::move(pair.ours);
    }
    // By a connection that it accepts itself: one that waits in the queue may be overdue first.
    FileDescriptor keepTheThreadBusy() {
        listener.join();
        FileDescriptor taken = connected();
        accepting.open();
        ASSERT_EVENTUALLY(serving.came() == 1);
        return taken;
    }
    // After the queue: it waits for its threads when it goes.
    struct Opened {
        QueuedConnections& gates;
        ~Opened() {
            gates.accepting.open();
            gates.serving.open();
        }
    };
};

}  // namespace aiproject::test
