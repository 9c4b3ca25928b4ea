// The bytes of one accepted connection, plain or TLS.
//
// THREADS  One thread reads and writes; abort() may be called from any.
// ERRORS   Whatever ends the connection (the client, a time limit, abort()) is a ConversationOver.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

namespace aiproject::upstream {

class Wire {
public:
    explicit Wire(const Poco::Net::StreamSocket& socket);

    // Everything through the first empty line.
    std::string readHead();
    void read(char* to, std::size_t size);
    bool waitReadable(std::chrono::milliseconds limit);
    // Waits without reading; ends early, with a ConversationOver, when the client closes.
    void rest(std::chrono::milliseconds time);
    void write(std::string_view bytes);

    // By a TLS session of an earlier connection.
    bool isResumed() const;

    // No more reads or writes, at once, without TLS's goodbye.
    void abort() noexcept;
    void close() noexcept;

private:
    void fill();

    Poco::Net::StreamSocket socket_;
    const int descriptor_;
    std::string buffer_;  // read, but not yet asked for: from position_
    std::size_t position_ = 0;
    std::mutex mutex_;
    bool open_ = true;  // guarded by mutex_: abort() must not touch a descriptor that was given back
};

}  // namespace aiproject::upstream
