// Where the connections of a model go, and which certificates it believes there.
#pragma once

#include "aiproject/imodel.h"

#include <Poco/Net/Context.h>

#include <cstdint>
#include <optional>
#include <string>

namespace aiproject::outbound {

enum class Transport { plain, tls };
enum class Protocol { webSocket, http };  // ws:// and wss://, or http:// and https://

struct Endpoint {
    Transport transport = Transport::tls;
    std::string host;  // an IPv6 address stands without brackets
    std::uint16_t port = 443;
    std::string path;
    Protocol protocol = Protocol::webSocket;

    std::string authority() const;  // host, and the port unless it is the scheme's own
    std::string url() const;        // for logs: it has no query, so no signature
    bool isLoopback() const;
};

// Nothing, and why, unless `url` has a scheme of the protocol, and neither user, query nor fragment.
std::optional<Endpoint> endpointOf(const std::string& url, std::string& reason,
                                   Protocol protocol = Protocol::webSocket);

// Constant after creation, shared by all threads of a model.
struct Peer {
    Endpoint endpoint;
    Poco::Net::Context::Ptr tls;  // null: plain
    std::string trust;            // for logs: whose CAs are believed
};

// Reads the settings url, tls.ca_file and tls.verify, and names every fault at once: nothing when one was rejected.
// `defaultUrl` stands for an empty url.
std::optional<Peer> peerOf(const ISettings& settings, const std::string& defaultUrl,
                           Protocol protocol = Protocol::webSocket);

std::string settingText(const ISettings& settings, const char* name);

}  // namespace aiproject::outbound
