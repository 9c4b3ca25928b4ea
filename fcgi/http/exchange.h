// One HTTP request and the only way to answer it, as values: no libfcgi here. front/ has the real
// implementation, tests have a scripted one. An exchange belongs to one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
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
    std::optional<std::string> authorization;
    std::string headersToAllow;  // of a preflight, what the browser wants to send
    // W3C Trace Context, as sent; of headers that came several times all, with commas between them.
    std::string traceparent, tracestate;
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();  // its connection was accepted
    std::chrono::steady_clock::time_point came = began;                              // all of it was here
    std::string query = {};  // of the path, as sent: behind the '?'
    // Of browsers; as sent, and empty where nothing was.
    std::string host = {}, cookie = {}, origin = {};
    std::string fetchSite = {};  // Sec-Fetch-Site, which no page can write
    bool isSecure = false;       // over TLS, here or at what stands in front
    bool isForwarded = false;    // something in front says that it asks for somebody else
};

struct ResponseHead {
    int status = 200;
    std::string contentType = "application/json; charset=utf-8";
    std::vector<std::pair<std::string_view, std::string>> headers;  // the names are constants
    bool isForAnyOrigin = true;  // pages of other sites may read it, as the original allowed on every path
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
    // The answer is complete: the protocol's end is written, or kept as write() does. Nothing may follow. The
    // destructor does it otherwise.
    virtual void end() = 0;

    // Instead of end(): what was written is not a whole answer, and the client sees its connection break. Nothing may
    // follow.
    virtual void abandon() = 0;

    virtual int status() const = 0;  // that start() was told; 0: not yet
    bool started() const { return status() != 0; }
    // Readable when the client leaves, writable when some of unsent() can be sent; valid after readBody(). -1: none.
    virtual int clientDescriptor() const = 0;

    // For an answer that an event loop writes.
    // From here on nothing waits for the client: write() keeps what it does not take at once.
    virtual void neverWait() = 0;
    // As at first again. Only while nothing is unsent.
    virtual void waitAgain() = 0;
    // What write() and end() have kept, in bytes. While there is any, they add to it and send nothing.
    virtual std::size_t unsent() const = 0;
    // Sends what can be sent of it now. False: the client has left, and what was kept is dropped.
    virtual bool sendUnsent() = 0;
};

}  // namespace aiproject
