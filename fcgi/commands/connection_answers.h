// What becomes of a connection that a worker has accepted: it is served in this thread, or refused.
#pragma once

#include "front/connection_queue.h"
#include "front/incoming.h"

#include <chrono>
#include <string>

namespace aiproject {

class Load;
class Log;
class Router;
struct Metrics;

// All that it names outlives it. Functions are called from any thread.
struct ConnectionAnswers {
    const Router& router;
    const Load& load;
    Log& log;
    Metrics& metrics;
    const std::chrono::milliseconds timeout;  // for each write
    const std::string pool;                   // "pool.NAME", of its keys

    void serve(Incoming incoming) const;
    // Waits for nobody.
    void refuse(Incoming incoming, Refusal why) const;

private:
    template <class Answer, class Receive>
    void give(const Answer& answer, const Receive& receive) const;
};

}  // namespace aiproject
