// Asks ports of this machine for the models that their servers have, all at once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

constexpr const char* kPortsVariable = "AIPROJECT_DISCOVER_PORTS";
constexpr std::size_t kLongestModelsAnswer = 256UL * 1024;

struct PortAnswer {
    std::uint16_t port = 0;
    bool isTaken = false;   // somebody takes connections there
    bool hasEnded = false;  // its end of the connection, before the limit
    std::string bytes;      // head and body as they came, no more than kLongestModelsAnswer
};

// What the environment says, or what is usual. ERRORS  NotUnderstood, which names the variable.
std::string portList();  // as it is written
std::vector<std::uint16_t> portsToAsk();
std::chrono::milliseconds timeToAsk();  // for all of them together

// GET /v1/models of 127.0.0.1, without a key, following nothing. In the order of `ports`; after `limit` with what has
// come until then. Throws std::system_error when there are no sockets to be had.
std::vector<PortAnswer> askForModels(const std::vector<std::uint16_t>& ports, std::chrono::milliseconds limit);

}  // namespace aiproject
