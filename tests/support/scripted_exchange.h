// An Exchange without a web server: a test fills in what the client sends and reads what it got.
#pragma once

#include "base/file_descriptor.h"
#include "http/exchange.h"

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject::test {

class ScriptedExchange final : public Exchange {
public:
    ScriptedExchange() = default;
    ScriptedExchange(std::string method, std::string path, std::string body = {});

    // What the client does; set before the request is served.
    Request sent;
    std::string body;
    bool bodyIsCut = false;
    std::size_t takesWrites = std::numeric_limits<std::size_t>::max();  // then it has left
    // Of what is written after neverWait(); may be raised at any time, which sendUnsent() finds.
    std::size_t takesBytes = std::numeric_limits<std::size_t>::max();

    // Opens a connection that clientDescriptor() watches. leave() may come from another thread.
    void connect();
    void leave();

    std::function<void()> onWrite;  // by the thread that writes

    // What it got.
    std::optional<ResponseHead> head;
    std::vector<std::string> writes;
    int starts = 0, ends = 0, abandons = 0;
    bool mayWait = true;                     // until neverWait()
    std::optional<std::uint64_t> bodyLimit;  // of readBody(); nothing: the body was not read
    std::string text() const;
    std::string header(const std::string& name) const;  // empty: none
    Poco::JSON::Object::Ptr json() const;               // a test fails when text() is no JSON object

    const Request& request() const override { return sent; }
    std::string readBody(std::uint64_t limit) override;
    void start(const ResponseHead& head) override;
    bool write(std::string_view bytes) override;
    int status() const override { return head ? head->status : 0; }
    int clientDescriptor() const override { return ours_.get(); }
    void end() override;
    void abandon() override { ++abandons; }
    void neverWait() override { mayWait = false; }
    void waitAgain() override { mayWait = true; }
    std::size_t unsent() const override { return kept_.size(); }
    bool sendUnsent() override;

private:
    std::string kept_;
    FileDescriptor ours_, theirs_;
};

// A test fails when the text is no JSON object.
Poco::JSON::Object::Ptr objectIn(const std::string& text);

}  // namespace aiproject::test
