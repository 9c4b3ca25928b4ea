// Another exchange, which stays its owner's: for what must own the one that it answers.
#pragma once

#include "http/exchange.h"

#include <functional>
#include <utility>

namespace aiproject::test {

class LentExchange : public Exchange {
public:
    // `isOver`: called when it goes, in any thread.
    LentExchange(Exchange& exchange, std::function<void()> isOver) : exchange_(exchange), isOver_(std::move(isOver)) {}
    ~LentExchange() override { isOver_(); }
    LentExchange(const LentExchange&) = delete;
    LentExchange& operator=(const LentExchange&) = delete;

    const Request& request() const override { return exchange_.request(); }
    std::string readBody(std::uint64_t limit) override { return exchange_.readBody(limit); }
    void start(const ResponseHead& head) override { exchange_.start(head); }
    bool write(std::string_view bytes) override { return exchange_.write(bytes); }
    void end() override { exchange_.end(); }
    void abandon() override { exchange_.abandon(); }
    int status() const override { return exchange_.status(); }
    int clientDescriptor() const override { return exchange_.clientDescriptor(); }
    void neverWait() override { exchange_.neverWait(); }
    void waitAgain() override { exchange_.waitAgain(); }
    std::size_t unsent() const override { return exchange_.unsent(); }
    bool sendUnsent() override { return exchange_.sendUnsent(); }

private:
    Exchange& exchange_;
    const std::function<void()> isOver_;
};

}  // namespace aiproject::test
