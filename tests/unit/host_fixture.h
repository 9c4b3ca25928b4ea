// What the tests of calls share: socket pairs, a sink that keeps frames, and models that play scripts.
#pragma once

#include "base/file_descriptor.h"
#include "call/call_reply.h"
#include "config/config.h"
#include "unit/plugin_files.h"

#include <cppunit/TestAssert.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject::test {

// Two connected sockets. Reading gives up after the time that ends a hanging test.
struct SocketPair {
    SocketPair() {
        std::array<int, 2> pair{};
        CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
        ours = FileDescriptor(pair[0]);
        theirs = FileDescriptor(pair[1]);
        const timeval patience{30, 0};
        setsockopt(ours.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    // Blocks as a plugin does; true when the socket was shut down.
    bool endsWhileReading() const {
        char byte = 0;
        return recv(ours.get(), &byte, 1, 0) == 0;
    }
    bool isOpen() const {
        char byte = 0;
        return recv(ours.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }
    void close() {
        ours = {};
        theirs = {};
    }

    FileDescriptor ours, theirs;
};

class KeptFrames final : public FrameSink {
public:
    bool hold(std::string_view json) override {
        ++held;
        return send(json);
    }
    bool send(std::string_view json) override {
        if (frames.size() >= takes) return false;
        noted.push_back(passing_);
        frames.emplace_back(json);
        ++count;
        return true;
    }
    void passing(const TokenEstimate& answer) override { passing_ = answer.tokens(); }

    std::vector<std::string> frames;
    std::vector<std::int64_t> noted;                              // tokens, before each of them
    int held = 0;                                                 // of them
    std::atomic<std::size_t> count{0};                            // of frames, for other threads
    std::size_t takes = std::numeric_limits<std::size_t>::max();  // then the client has left

private:
    std::int64_t passing_ = 0;
};

// A model of the plugin `scripted`; the steps are in the head of bad_plugins/scripted.cpp.
inline ModelConfig playing(const std::string& script) { return {"scripted", {{"script", script}}}; }

}  // namespace aiproject::test
