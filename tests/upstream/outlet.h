// The way out for an answer's frames, and the place where most faults happen.
#pragma once

#include "upstream/endings.h"
#include "upstream/simulator.h"
#include "upstream/websocket_peer.h"

#include <functional>
#include <string>
#include <vector>

namespace aiproject::upstream {

enum class Place { middle, last };

// How one service words what all of them have.
class Dialect {
public:
    Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;
    virtual ~Dialect() = default;

    virtual std::string error(int code, const std::string& message) const = 0;
    // Legal frames that carry nothing.
    virtual std::vector<std::string> emptyFrames() = 0;
};

// What the client may send while it is being answered.
enum class Traffic { none, audio };

class Outlet {
public:
    struct Parts {
        WebSocketPeer& peer;
        CallRecord& record;
        const Options& options;
        const Fault& fault;
    };
    Outlet(const Parts& parts, Dialect& dialect, Traffic traffic);

    // The first message; recorded. Ends the conversation when none comes in time.
    Message question();
    // `make` is asked for the frame when it is due, after what a fault sends before it. The frame is
    // dropped once the answer hangs. Throws Refusal when the client speaks and may not.
    void frame(Place place, const std::function<std::string()>& make);
    // Outside of any answer, where the fault says so.
    void pingAlone();
    // The code that the last frame has to carry.
    int lastCode() const;

    // Ends the conversation: after the last frame, or with an error frame for a violation.
    [[noreturn]] void finish();
    [[noreturn]] void refuse(const Refusal& refusal);

private:
    void pause(std::chrono::milliseconds time);
    void disturb(Place place);
    bool isMidAnswer(Place place) const { return sent_ == 2 || place == Place::last; }
    void say(std::string frame, Place place);
    void write(const std::string& frame);
    void writeInFragments(const std::string& frame);
    [[noreturn]] void fail(int code, const std::string& message);
    [[noreturn]] void announceTooMuch();

    WebSocketPeer& peer_;
    CallRecord& record_;
    const Options& options_;
    const Fault& fault_;
    Dialect& dialect_;
    const Traffic traffic_;
    int sent_ = 0;
    bool hangs_ = false;
};

}  // namespace aiproject::upstream
