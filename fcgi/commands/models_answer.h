// What the answer of a port to GET /v1/models means: a server to be configured, or why there is none. Pure.
#pragma once

#include "commands/loopback_ports.h"

#include <cstdint>
#include <string>
#include <vector>

namespace aiproject {

struct LocalServer {
    std::uint16_t port = 0;
    std::string product;  // empty: the answer does not say
    std::string dialect;  // of the plugin openai
    std::string name;     // for model.NAME
    std::string model;    // the first one that seems to answer with text; empty: there is only one of voice
    std::string voice;    // the first one that seems to write down recordings; empty: there is none
    std::vector<std::string> models;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port) + "/v1"; }
    std::string title() const { return (product.empty() ? "A server" : product) + " on port " + std::to_string(port); }
};

struct ReadAnswer {
    LocalServer server;
    std::string reason;  // why it is none, as "port 8080 " goes on; empty: it is one
};

// Nothing more of it is to come.
bool isWhole(const PortAnswer& answer);

// `answer` is that of a port that somebody has taken. Another aiproject, or this one's nginx, is none: it would be its
// own upstream.
ReadAnswer readModelsAnswer(const PortAnswer& answer);

}  // namespace aiproject
