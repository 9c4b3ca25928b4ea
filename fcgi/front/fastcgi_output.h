// What goes back to the web server: FastCGI records (specification 1.0, sections 3.3, 5.3 and 5.5) in as few writes as
// can be. libfcgi's own output keeps 8.5 KiB for each request and calls an error success when it is asked again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiproject {

class FastcgiOutput {
public:
    // Borrows the connection. One that blocks waits for the peer as SO_SNDTIMEO says; one that does not takes what does
    // not fit at once for a peer that has gone.
    FastcgiOutput(int connection, std::uint16_t request) noexcept : connection_(connection), request_(request) {}

    // Goes out with what comes next.
    void hold(std::string_view bytes) { held_ += bytes; }
    // False: the peer has gone, or took nothing in its time. From then on it gets nothing more.
    bool write(std::string_view bytes);
    // The request has ended. Nothing may follow.
    bool end();

private:
    bool send(std::string_view content, std::string_view after = {});

    const int connection_;
    const std::uint16_t request_;
    std::string held_;
    bool isGone_ = false;
};

}  // namespace aiproject
