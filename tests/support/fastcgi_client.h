// The web server's side of FastCGI, small and frank: what a test says is what goes over the socket.
//
// ERRORS  std::runtime_error when nobody listens, when what is sent is not taken, and when nothing comes for kPatience.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace aiproject::test {

struct FastcgiRequest {
    std::string method = "POST";
    std::string path;
    std::string body;
    std::map<std::string, std::string> parameters;  // more of them; they win over the ones made here
};

struct FastcgiAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    bool complete = false;  // the worker ended the request; false: the connection just ended
    bool broken = false;    // the worker sent a record that is no FastCGI: nginx takes a plain close for a proper end
};

class FastcgiClient {
public:
    // Connects.
    explicit FastcgiClient(const std::string& socketPath);
    ~FastcgiClient();
    FastcgiClient(const FastcgiClient&) = delete;
    FastcgiClient& operator=(const FastcgiClient&) = delete;

    void send(const FastcgiRequest& request);
    void sendRaw(std::string_view bytes);
    // Waits until the answer so far has `text`; false when it ended without.
    bool readUntil(std::string_view text);
    // To its end.
    FastcgiAnswer read();
    // As a client that leaves.
    void close();
    int descriptor() const noexcept { return socket_; }

    // The records of one request, for tests that want to break them.
    static std::string records(const FastcgiRequest& request);

private:
    bool readRecord();
    bool readBytes(char* to, std::size_t size) const;

    int socket_ = -1;
    std::string output_;
    bool complete_ = false, isBroken_ = false;
};

// One request, one answer.
FastcgiAnswer ask(const std::string& socketPath, const FastcgiRequest& request);

}  // namespace aiproject::test
