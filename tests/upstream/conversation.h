// One accepted connection from the first byte to the last.
#pragma once

#include "upstream/call_log.h"
#include "upstream/wire.h"

#include <Poco/Net/HTTPRequest.h>

#include <string>

namespace aiproject::upstream {

class Conversation {
public:
    // Options and log must outlive it. `sid` is the id that the service gives to this conversation.
    Conversation(const Poco::Net::StreamSocket& socket, const Options& options, Fault fault, CallLog& log,
                 std::string sid);

    void run() noexcept;                      // once, on its own thread
    void abort() noexcept { wire_.abort(); }  // from any thread

private:
    void talk();
    void refuse(int status, const std::string& body);
    void serve(CallRecord& record, const Poco::Net::HTTPRequest& request);

    Wire wire_;
    const Options& options_;
    const Fault fault_;
    CallLog& log_;
    const std::string sid_;
};

}  // namespace aiproject::upstream
