// What the tests of calls share: socket pairs, a sink that keeps frames, and models that play scripts.
#pragma once

#include "api/documented.h"
#include "base/file_descriptor.h"
#include "config/config.h"
#include "unit/plugin_files.h"

#include <cppunit/TestAssert.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
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
    void put(std::string_view json) override {
        noted.push_back(passing_);
        waiting_.emplace_back(json);
    }
    bool flush() override {
        ++flushes;
        if (frames.size() >= takes) return false;
        frames.insert(frames.end(), waiting_.begin(), waiting_.end());
        waiting_.clear();
        count = frames.size();
        return true;
    }
    void passing(const TokenEstimate& answer) override { passing_ = answer.tokens(); }

    std::vector<std::string> frames;  // that the client has
    std::vector<std::int64_t> noted;  // tokens, before each that was put
    int flushes = 0;
    std::atomic<std::size_t> count{0};                            // of frames, for other threads
    std::size_t takes = std::numeric_limits<std::size_t>::max();  // then the client has left

private:
    std::vector<std::string> waiting_;
    std::int64_t passing_ = 0;
};

// Suites over scripts run twice: as they are, and with this in the environment, where every answer is followed.
inline bool followsScripts() {
    const char* const how = std::getenv("AIPROJECT_SCRIPTS");
    return how && std::string_view(how) == "followed";
}

// A model of the plugin `scripted`; the steps are in the head of bad_plugins/scripted.cpp.
inline ModelConfig playing(const std::string& script) {
    const bool isPrefixed = followsScripts() && script.find("follow") == std::string::npos;
    return {"scripted", {{"script", (isPrefixed ? "follow|" : "") + script}}};
}

}  // namespace aiproject::test
