#include "upstream/handshake.h"

#include "upstream/base64.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <map>
#include <sstream>

namespace aiproject::upstream {

namespace {

using Poco::Net::HTTPRequest;
using Parameters = std::map<std::string, std::string>;

constexpr Poco::Timestamp::TimeDiff kMaxSkewSeconds = 300;

HttpRefusal notVerifiable(const std::string& violation) {
    return {401, "HMAC signature cannot be verified", violation};
}

Parameters queryOf(const HTTPRequest& request) {
    Parameters found;
    for (const auto& [name, value] : Poco::URI(request.getURI()).getQueryParameters()) found.emplace(name, value);
    return found;
}

std::string withoutPort(const std::string& host) { return host.substr(0, host.find(':')); }

// RFC 1123 to the letter, weekday included: Poco's parser forgives much, so what it has understood is
// written again and compared.
std::optional<Poco::Timestamp> timeOf(const std::string& date) {
    static const std::string zones[] = {"GMT", "UTC", "+0000"};
    for (const auto& zone : zones) {
        if (date.size() <= zone.size() || date.substr(date.size() - zone.size()) != zone) continue;
        const std::string inGmt = date.substr(0, date.size() - zone.size()) + "GMT";
        Poco::DateTime time;
        int differential = 0;
        if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, inGmt, time, differential)) break;
        if (Poco::DateTimeFormatter::format(time, Poco::DateTimeFormat::HTTP_FORMAT) != inGmt) break;
        return time.timestamp();
    }
    return std::nullopt;
}

// key="value", separated by a comma and any spaces. Nothing: another shape.
std::optional<Parameters> partsOf(std::string text) {
    const std::string prefix = "hmac username=";
    if (text.compare(0, prefix.size(), prefix) == 0) text.replace(0, prefix.size(), "api_key=");
    Parameters parts;
    std::size_t position = 0;
    for (;;) {
        const auto equals = text.find("=\"", position);
        if (equals == std::string::npos) return std::nullopt;
        const auto quote = text.find('"', equals + 2);
        if (quote == std::string::npos) return std::nullopt;
        const bool isNew =
            parts.emplace(text.substr(position, equals - position), text.substr(equals + 2, quote - equals - 2)).second;
        if (!isNew) return std::nullopt;
        if (quote + 1 == text.size()) return parts;
        if (text[quote + 1] != ',') return std::nullopt;
        position = text.find_first_not_of(' ', quote + 2);
        if (position == std::string::npos) return std::nullopt;
    }
}

// The four parts of the authorization parameter, as far as they can be judged without the secret.
std::optional<HttpRefusal> checkAuthorization(const std::optional<Parameters>& parts, const Options& options) {
    if (!parts || parts->size() != 4) return notVerifiable("authorization is not the Base64 of the four parts");
    const auto part = [&](const char* name) {
        const auto found = parts->find(name);
        return found == parts->end() ? std::string() : found->second;
    };
    if (part("api_key") != options.apiKey) return notVerifiable("unknown APIKey");
    if (part("algorithm") != "hmac-sha256") return notVerifiable("algorithm is not hmac-sha256");
    if (part("headers") != "host date request-line") return notVerifiable("headers is not host date request-line");
    return std::nullopt;
}

}  // namespace

std::optional<HTTPRequest> parseHead(const std::string& head) {
    try {
        HTTPRequest request;
        std::istringstream stream(head);
        request.read(stream);
        return request;
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::string pathOf(const HTTPRequest& request) { return request.getURI().substr(0, request.getURI().find('?')); }

HttpRefusal wrongSignature(const std::string& violation) { return {401, "HMAC signature does not match", violation}; }

HttpRefusal wrongDate(const std::string& violation) {
    return {403, "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication",
            violation};
}

std::optional<HttpRefusal> checkUpgrade(const HTTPRequest& request) {
    const auto refuse = [](const std::string& what) { return HttpRefusal{400, "invalid upgrade: " + what, what}; };
    if (request.getMethod() != HTTPRequest::HTTP_GET || request.getVersion() != "HTTP/1.1")
        return refuse("not GET and HTTP/1.1");
    if (Poco::icompare(request.get("Upgrade", ""), "websocket") != 0) return refuse("no Upgrade: websocket");
    if (!request.hasToken("Connection", "Upgrade")) return refuse("no Connection: Upgrade");
    if (request.get("Sec-WebSocket-Version", "") != "13") return refuse("Sec-WebSocket-Version is not 13");
    const auto key = fromBase64(request.get("Sec-WebSocket-Key", ""));
    if (!key || key->size() != 16) return refuse("Sec-WebSocket-Key is not the Base64 of 16 bytes");
    return std::nullopt;
}

std::optional<HttpRefusal> checkSignature(const HTTPRequest& request, const Options& options,
                                          const Poco::Timestamp& now) {
    auto query = queryOf(request);
    if (query["authorization"].empty()) return HttpRefusal{401, "Unauthorized", "no authorization parameter"};

    const auto time = timeOf(query["date"]);
    if (!time) return wrongDate("date is missing or not RFC 1123: '" + query["date"] + "'");
    if (std::abs((now - *time) / Poco::Timestamp::resolution()) > kMaxSkewSeconds)
        return wrongDate("date is off by more than 300 s");

    const auto authorization = fromBase64(query["authorization"]);
    const auto parts = authorization ? partsOf(*authorization) : std::nullopt;
    if (auto refusal = checkAuthorization(parts, options)) return refusal;

    const auto host = withoutPort(request.get("Host", ""));
    if (query["host"] != host) return wrongSignature("host parameter '" + query["host"] + "' but Host '" + host + "'");
    const auto signedText = "host: " + host + "\ndate: " + query["date"] + "\n" + request.getMethod() + " " +
                            pathOf(request) + " " + request.getVersion();
    const auto signature = parts->find("signature");
    if (signature == parts->end() || signature->second != signatureOf(signedText, options.apiSecret))
        return wrongSignature("signature does not match");
    return std::nullopt;
}

std::string signatureOf(std::string_view text, std::string_view secret) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return toBase64({reinterpret_cast<const char*>(digest), size});
}

std::string switchingProtocols(const HTTPRequest& request) {
    const auto key = request.get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(key.data(), key.size(), digest, &size, EVP_sha1(), nullptr);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           toBase64({reinterpret_cast<const char*>(digest), size}) + "\r\n\r\n";
}

std::string httpAnswer(int status, const std::string& body) {
    const auto reason = Poco::Net::HTTPResponse::getReasonForStatus(Poco::Net::HTTPResponse::HTTPStatus(status));
    return "HTTP/1.1 " + std::to_string(status) + " " + reason +
           "\r\nDate: " + Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT) +
           "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace aiproject::upstream
