// Which model servers of this machine the configuration could have models of, and the lines for them.
#pragma once

#include "commands/models_answer.h"
#include "commands/written_config.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace aiproject {

// One model of a server: of texts, or of voice.
struct Found {
    LocalServer server;
    std::string kind;          // as the plugin's setting and the route call it
    std::string model;         // its name there
    std::string name;          // for model.NAME
    std::string configuredAs;  // a model of the configuration that asks for it already; empty: none
};

struct Discovery {
    std::vector<Found> servers;
    std::vector<std::pair<std::uint16_t, std::string>> others;  // ports, and why they are no servers
};

// Asks the ports.
Discovery lookForServers(const WrittenConfig& config);

ConfigLines linesOf(const Found& found);
// That lead to what is not in the configuration yet.
ConfigLines newRoutes(const Discovery& discovery, const WrittenConfig& config);
// What is not in the configuration yet: models, then routes.
ConfigLines newLines(const Discovery& discovery, const WrittenConfig& config);

std::string joined(const std::vector<std::string>& words);

}  // namespace aiproject
