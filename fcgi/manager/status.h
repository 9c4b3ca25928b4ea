// What `aiproject status` shows, as one JSON text.
#pragma once

#include "manager/reload.h"

#include <Poco/Timestamp.h>

#include <string>
#include <vector>

namespace aiproject {

struct ReloadReport {
    enum class Outcome { none, done, refused };

    Outcome outcome = Outcome::none;
    Poco::Timestamp at;
    std::vector<std::string> reasons;  // against it
};

struct ManagerView {
    const Generation& generation;
    const Pools& pools;
    bool isReloading;
    const ReloadReport& lastReload;
    Poco::Timestamp since;
};

// {"pid","since","generation","configuration","reload":{"state","at","reasons"},"pools":[{"name","socket",
// "calls","calls_limit","processes","last_death","workers":[{"pid","generation","state","busy","threads","served","resident_mb",
// "up_s"}],"models":[{"name","plugin","state","calls","failures","retry_s"}]}]}
std::string statusText(const ManagerView& view);

}  // namespace aiproject
