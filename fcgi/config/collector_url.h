// trace.otlp_url and trace.otlp_headers in their parts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiproject {

struct CollectorUrl {
    bool isTls = false;
    std::string host;  // an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string path;  // with /v1/traces at its end

    // As a Host header has it, and the log.
    std::string authority() const;
};

// http://HOST:PORT/PATH or https://…, without user, query and fragment. Where the path does not end with /v1/traces,
// that is added, as OTLP's specification of endpoints says.
std::optional<CollectorUrl> collectorUrlIn(const std::string& text);

constexpr const char* kCollectorHeaders = "trace.otlp_headers";  // the key; a secret

struct HeaderField {
    std::string name, value;
};

// "Name: value | Name: value", in visible ASCII. Not those that each post has already: Host and what describes its
// body.
std::optional<std::vector<HeaderField>> headersIn(const std::string& text);

}  // namespace aiproject
