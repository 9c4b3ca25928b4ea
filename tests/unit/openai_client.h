// A client of OpenAI's dialect at a site.
#pragma once

#include "unit/host_fixture.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <cppunit/TestCase.h>

#include <string>
#include <utility>
#include <vector>

namespace aiproject::test {

struct OpenAiClient : CppUnit::TestCase {
    static constexpr const char* kChat = "/v1/chat/completions";

    // The model `m` plays the script, with these abilities.
    static Site::Change answering(const std::string& script, std::uint64_t abilities = 0) {
        return [script, abilities](Config& config) {
            config.models["m"] = playing(script);
            config.models["m"].settings["abilities"] = std::to_string(abilities);
        };
    }
    // A request for `m` with one question, and these members beside it.
    static std::string asking(const std::string& members = "") {
        return R"({"model":"m","messages":[{"role":"user","content":"Hello"}])" + members + "}";
    }
    static ScriptedExchange send(const Site& site, const std::string& method, const std::string& path,
                                 const std::string& body = {}) {
        ScriptedExchange exchange(method, path, body);
        exchange.sent.contentType = "application/json";
        exchange.sent.authorization = "Bearer " + site.ann.uuid;
        site.serve(exchange);
        return exchange;
    }
    static ScriptedExchange post(const Site& site, const std::string& body) { return send(site, "POST", kChat, body); }
    using Fields = std::vector<std::pair<std::string, std::string>>;
    static constexpr const char* kTranscriptions = "/v1/audio/transcriptions";
    static std::string twoSeconds() { return std::string(64'000, 'p'); }

    // As Node's client sends it: `model` before `file`.
    static ScriptedExchange transcribe(const Site& site, const Fields& fields, const std::string& file = twoSeconds(),
                                       const std::string& name = "a.pcm") {
        std::string body;
        for (const auto& [field, value] : fields)
            body += "--x\r\nContent-Disposition: form-data; name=\"" + field + "\"\r\n\r\n" + value + "\r\n";
        if (!name.empty())
            body += "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name +
                    "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + file + "\r\n";
        ScriptedExchange exchange("POST", kTranscriptions, body + "--x--\r\n");
        exchange.sent.contentType = "multipart/form-data; boundary=x";
        exchange.sent.authorization = "Bearer " + site.ann.uuid;
        site.serve(exchange);
        return exchange;
    }
    // The texts behind "data: ", one for each event.
    static std::vector<std::string> eventsOf(const ScriptedExchange& answer) {
        std::vector<std::string> events;
        const std::string all = answer.text();
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t end = all.find("\n\n", at);
            CPPUNIT_ASSERT_MESSAGE(all, end != std::string::npos && all.compare(at, 6, "data: ") == 0);
            events.push_back(all.substr(at + 6, end - at - 6));
            at = end + 2;
        }
        return events;
    }
    static Poco::JSON::Object::Ptr errorOf(const ScriptedExchange& answer) {
        auto error = answer.json()->getObject("error");
        CPPUNIT_ASSERT_MESSAGE(answer.text(), error && answer.json()->size() == 1 && error->size() == 4);
        CPPUNIT_ASSERT_MESSAGE(answer.text(), !error->getValue<std::string>("message").empty());
        return error;
    }
    static std::string wordIn(const Poco::JSON::Object::Ptr& object, const std::string& name) {
        return object->isNull(name) ? "null" : object->getValue<std::string>(name);
    }
    static void assertFault(const ScriptedExchange& answer, int status, const std::string& code,
                            const std::string& param = "null") {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), status, answer.head->status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), code, wordIn(errorOf(answer), "code"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), param, wordIn(errorOf(answer), "param"));
    }
    static Poco::JSON::Object::Ptr choiceOf(const Poco::JSON::Object::Ptr& json) {
        return json->getArray("choices")->getObject(0);
    }
    static std::string contentOf(const ScriptedExchange& answer) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), 200, answer.head->status);
        return wordIn(choiceOf(answer.json())->getObject("message"), "content");
    }
};

}  // namespace aiproject::test
