// RFC 6455, the server's side, as far as Spark uses it.
//
// ERRORS  std::exception: what the peer did wrong.
#pragma once

#include <Poco/Net/HTTPRequest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiproject::bench {

// The 101 to a well-formed upgrade.
std::string upgradeAnswer(const Poco::Net::HTTPRequest& request);

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

void appendMessage(std::string& out, Opcode opcode, std::string_view payload);

struct ClientFrame {
    Opcode opcode;
    bool isFinal;
    std::string payload;  // unmasked
};
// The frame at the front of `input`, taken off; none: it is not complete yet.
std::optional<ClientFrame> takeFrame(std::string& input);

}  // namespace aiproject::bench
