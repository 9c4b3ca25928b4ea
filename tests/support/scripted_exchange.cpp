#include "support/scripted_exchange.h"

#include "base/error.h"

#include <Poco/JSON/Parser.h>
#include <cppunit/TestAssert.h>

#include <sys/socket.h>

#include <array>
#include <utility>

namespace aiproject::test {

ScriptedExchange::ScriptedExchange(std::string method, std::string path, std::string body) : body(std::move(body)) {
    sent.id = "request-1";
    sent.method = std::move(method);
    sent.path = std::move(path);
    sent.remoteAddress = "192.0.2.1";
}

void ScriptedExchange::connect() {
    std::array<int, 2> pair{};
    CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    ours_ = FileDescriptor(pair[0]);
    theirs_ = FileDescriptor(pair[1]);
}

void ScriptedExchange::leave() { ::shutdown(theirs_.get(), SHUT_RDWR); }

std::string ScriptedExchange::text() const {
    std::string all;
    for (const auto& piece : writes) all += piece;
    return all;
}

std::string ScriptedExchange::header(const std::string& name) const {
    CPPUNIT_ASSERT(head);
    for (const auto& [known, value] : head->headers)
        if (known == name) return value;
    return {};
}

Poco::JSON::Object::Ptr ScriptedExchange::json() const { return objectIn(text()); }

std::string ScriptedExchange::readBody(std::uint64_t limit) {
    bodyLimit = limit;
    if (body.size() > limit) throw refusal(ErrorKind::bodyTooLarge, "the body is too large");
    if (bodyIsCut) throw refusal(ErrorKind::badRequest, "the body was cut");
    return body;
}

void ScriptedExchange::start(const ResponseHead& newHead) {
    ++starts;
    head = newHead;
}

bool ScriptedExchange::write(std::string_view bytes) {
    CPPUNIT_ASSERT_MESSAGE("written before start()", head);
    CPPUNIT_ASSERT_EQUAL_MESSAGE("written after end()", 0, ends);
    if (!mayWait) {
        kept_ += bytes;
        return kept_.size() > bytes.size() || sendUnsent();
    }
    if (writes.size() >= takesWrites) return false;
    writes.emplace_back(bytes);
    if (onWrite) onWrite();
    return true;
}

void ScriptedExchange::end() { ++ends; }

bool ScriptedExchange::sendUnsent() {
    if (writes.size() >= takesWrites) return kept_.clear(), false;
    if (kept_.empty() || takesBytes == 0) return true;
    writes.push_back(kept_.substr(0, takesBytes));
    kept_.erase(0, writes.back().size());
    takesBytes -= writes.back().size();
    return true;
}

Poco::JSON::Object::Ptr objectIn(const std::string& text) {
    try {
        return Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
    } catch (const std::exception& e) {
        CPPUNIT_FAIL("not a JSON object (" + describe(e) + "): " + text);
    }
    return {};
}

}  // namespace aiproject::test
