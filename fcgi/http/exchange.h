// One HTTP request and the only way to answer it, as values: no libfcgi here. front/ has the real
// implementation, tests have a scripted one. An exchange belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject {

struct Request {
    std::string id;  // nginx's, or made here; safe to log and to print
    std::string method;
    std::string path;  // without the query
    std::string contentType;
    std::string accept;
    std::string remoteAddress;
    // The headers of these names; as sent, nothing is checked. No value: no such header.
    std::optional<std::string> uuid;
    std::optional<std::string> username;
    std::string headersToAllow;  // of a preflight, what the browser wants to send
};

struct ResponseHead {
    int status = 200;
    std::string contentType = "application/json; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> headers;
};

class Exchange {
public:
    virtual ~Exchange() = default;

    virtual const Request& request() const = 0;
    // The whole body; once, before start(). Throws Error(bodyTooLarge) above the limit, Error(badRequest) when it was
    // cut.
    virtual std::string readBody(std::uint64_t limit) = 0;

    // Once, before write(); goes out with the first write().
    virtual void start(const ResponseHead& head) = 0;
    // Sends at once, all or nothing as far as the peer can tell. False: the client has left.
    virtual bool write(std::string_view bytes) = 0;

    virtual bool started() const = 0;
    // Readable when the client leaves; valid after readBody(). -1: none.
    virtual int clientDescriptor() const = 0;
};

}  // namespace aiproject
