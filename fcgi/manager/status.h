// What `aiproject status` and /status show, as one JSON text.
#pragma once

#include "manager/reload.h"

#include <Poco/Timestamp.h>

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

struct ReloadReport {
    enum class Outcome { none, done, partly, refused };  // partly: but for plugins that are bad

    Outcome outcome = Outcome::none;
    Poco::Timestamp at;
    std::vector<std::string> reasons;  // against it
};

struct ManagerView {
    const Generation& generation;
    const Pools& pools;
    bool isReloading;
    const ReloadReport& lastReload;
    const std::vector<std::string>& notices;  // of the generation
    Poco::Timestamp since;
    std::string release{};                  // of the program
    std::uint64_t requestsOfGonePools = 0;  // that were answered
    // Whoever reaches a private address sees it: no socket, no end of a key.
    bool isForNetwork = false;
};

// {"pid","release","since","requests","generation","configuration","reload":{"state","at","reasons"},"notices",
// "answers":[{"kind","model","origin"}],"pools":[{"name","socket","calls","calls_limit","processes","queue_waiting",
// "queue_longest_ms","last_death","workers":[{"pid","generation","state","busy","threads","streams","served","resident_mb",
// "up_s"}],"models":[{"name","plugin","state","calls","failures","retry_s"}],"oldest_calls":[see call_list.h]}]}
std::string statusText(const ManagerView& view);

}  // namespace aiproject
