// The opening handshake of all services: RFC 6455's part and iFlytek's signature. Pure: values in,
// values out.
#pragma once

#include "upstream/simulator.h"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Timestamp.h>

#include <optional>
#include <string>
#include <string_view>

namespace aiproject::upstream {

struct HttpRefusal {
    int status;
    std::string message;    // the documented sentence
    std::string violation;  // what was wrong, for people
};

// Nothing: this is not HTTP.
std::optional<Poco::Net::HTTPRequest> parseHead(const std::string& head);

// The raw path, as it was signed.
std::string pathOf(const Poco::Net::HTTPRequest& request);

HttpRefusal wrongSignature(const std::string& violation);
HttpRefusal wrongDate(const std::string& violation);

// Nothing: the client may come in.
std::optional<HttpRefusal> checkUpgrade(const Poco::Net::HTTPRequest& request);
std::optional<HttpRefusal> checkSignature(const Poco::Net::HTTPRequest& request, const Options& options,
                                          const Poco::Timestamp& now);

// Base64(HMAC-SHA256(secret, text)).
std::string signatureOf(std::string_view text, std::string_view secret);

std::string switchingProtocols(const Poco::Net::HTTPRequest& request);
std::string httpAnswer(int status, const std::string& body);

}  // namespace aiproject::upstream
