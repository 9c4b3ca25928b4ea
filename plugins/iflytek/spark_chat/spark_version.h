// What the documentation says of each version of Spark. The URLs have no rule, so this is a table.
#pragma once

#include "iflytek/core/core_settings.h"

namespace aiproject::iflytek {

enum class Support { no, yes, unknown };

struct SparkVersion {
    const char* path;    // of the url; case-sensitive
    const char* domain;  // "": the operator must say it
    double maxTemperature;
    std::int64_t maxTokens;
    Support systemRole;
    Support webSearch;  // where it is `yes`, the upstream searches unless told not to
};

// The widest limits for a path that is in no documentation, and for fine-tuned models, whose path is
// that of Lite on a host of their own.
const SparkVersion& versionOf(const Endpoint& endpoint);

}  // namespace aiproject::iflytek
