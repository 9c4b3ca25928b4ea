// The way out for HTTP answers, and the place where most of this face's faults happen. One answer each.
#pragma once

#include "upstream/call_log.h"
#include "upstream/endings.h"
#include "upstream/wire.h"

#include <string>
#include <string_view>
#include <vector>

namespace aiproject::upstream::openai {

// A fault has ended the answer early, but as HTTP wants it: the connection goes on.
struct AnswerOver {};

class HttpOutlet {
public:
    struct Parts {
        Wire& wire;
        CallRecord& record;
        const Fault& fault;
        std::chrono::milliseconds frameGap;
        std::string id;                          // x-request-id
        std::string (*errorBody)(const Fault&);  // of the service
    };
    explicit HttpOutlet(const Parts& parts) : parts_(parts), fault_(parts.fault) {}

    // A whole answer with its length, as it is: what a fault or a check refuses.
    void refuse(int status, const std::string& type, const std::string& body);
    // The same for the answer that was asked for; its faults apply.
    void say(const std::string& type, std::string body);

    // A stream: begin(), each chunk, finish(). `empties`: legal chunks that carry nothing.
    void begin(std::vector<std::string> empties);
    void chunk(bool isLast, const std::string& json);
    void finish(const std::string& lastData);  // "[DONE]", or empty: none
    // One event outside of all counting.
    void event(std::string_view data);

private:
    void writeHead(int status, const std::string& type, const std::string& lengthLine);
    void beforeHead();
    void disturb(bool isLast);
    void write(std::string_view bytes);
    void writeChunk(std::string_view bytes);
    void writeWhole(const std::string& type, std::string body);
    void endBody();
    [[noreturn]] void breakOff();
    [[noreturn]] void end();
    [[noreturn]] void hang();
    [[noreturn]] void endlessLine();
    void count(int frames, bool answered);
    bool isGzipped() const { return fault_.kind == FaultKind::gzipped; }

    const Parts parts_;
    const Fault& fault_;
    std::vector<std::string> empties_;
    bool isStream_ = false;
    int sent_ = 0;                 // chunks
    std::uint64_t bodyBytes_ = 0;  // written
};

// Of the API's shape; Fault::code as its code, Fault::text as its message.
std::string errorBodyOf(const Fault& fault);

}  // namespace aiproject::upstream::openai
