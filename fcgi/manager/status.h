// What `aiproject status` shows, as one JSON text.
#pragma once

#include "manager/reload.h"

#include <Poco/Timestamp.h>

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
};

// {"pid","since","generation","configuration","reload":{"state","at","reasons"},"notices","pools":[{"name","socket",
// "calls","calls_limit","processes","last_death","workers":[{"pid","generation","state","busy","threads","streams","served","resident_mb",
// "up_s"}],"models":[{"name","plugin","state","calls","failures","retry_s"}]}]}
std::string statusText(const ManagerView& view);

}  // namespace aiproject
