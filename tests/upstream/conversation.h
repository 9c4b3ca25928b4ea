// One accepted connection from the first byte to the last.
#pragma once

#include "upstream/call_log.h"
#include "upstream/wire.h"

#include <Poco/Net/HTTPRequest.h>

#include <functional>
#include <string>

namespace aiproject::upstream {

class Conversation {
public:
    struct Parts {
        const Options& options;            // must outlive it
        Fault fault;                       // of this connection, and of its first request
        std::function<Fault()> nextFault;  // of each request after that
        CallLog& log;                      // must outlive it
        std::string sid;                   // the id that the service gives to this conversation
        int number;                        // of the connection
    };
    Conversation(const Poco::Net::StreamSocket& socket, Parts parts);

    void run() noexcept;                      // once, on its own thread
    void abort() noexcept { wire_.abort(); }  // from any thread

private:
    void talk();
    void refuse(int status, const std::string& body);
    void serve(CallRecord& record, const Poco::Net::HTTPRequest& request);

    Wire wire_;
    const Parts parts_;
    const Options& options_;
    const Fault& fault_;
};

}  // namespace aiproject::upstream
