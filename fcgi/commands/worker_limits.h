// What a worker takes of its machine: descriptors for its streams and for requests on their way in, and memory.
#pragma once

#include "config/config.h"
#include "front/receiver.h"

#include <string>

namespace aiproject {

class Log;

// The usual soft limit of 1,024 is from another time.
void raiseDescriptorLimit();

// pool.NAME.streams, or fewer where the limit of open files has no room for them: then the log says so. `key`: its
// name.
int streamsWithin(const PoolConfig& pool, const std::string& key, Log& log);

// Requests on their way in get a quarter of the descriptors at most: streams have two each.
ReceiveLimits receiveLimits(const Config& config);

// What a thread has used goes back when it is free.
void keepLittleMemory();

}  // namespace aiproject
