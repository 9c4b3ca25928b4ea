// A client of the simulator's OpenAI face, for its own tests: it sees whether a body came whole, which HTTP libraries
// hide.
#pragma once

#include "integration/upstream_client.h"

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/NumberParser.h>
#include <Poco/String.h>

#include <optional>
#include <vector>

namespace aiproject::test {

struct HttpReply {
    int status = 0;  // 0: no answer at all
    std::string head;
    std::string body;
    bool isWhole = false;  // by its length, or the last chunk
    bool isStream() const { return head.find("text/event-stream") != std::string::npos; }
    Object::Ptr json() const { return parsed(body); }
    Object::Ptr error() const { return json()->getObject("error"); }
};

class OpenAiClient {
public:
    explicit OpenAiClient(const Simulator& simulator) : socket_({"127.0.0.1", simulator.port()}) {
        socket_.setReceiveTimeout(Poco::Timespan(kPatience.count(), 0));
    }

    HttpReply ask(const std::string& method, const std::string& path, const std::string& body,
                  const std::string& type = "application/json", const std::string& key = "sk-simulator-not-real") {
        send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key +
             "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return receive();
    }
    HttpReply chat(const std::string& body) { return ask("POST", "/v1/chat/completions", body); }

    void send(const std::string& bytes) {
        for (std::size_t sent = 0; sent < bytes.size();)
            sent +=
                static_cast<std::size_t>(socket_.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent)));
    }

    HttpReply receive() {
        HttpReply reply;
        while (buffer_.find("\r\n\r\n") == std::string::npos)
            if (!fill()) return reply;
        reply.head = take(buffer_.find("\r\n\r\n") + 4);
        reply.status = Poco::NumberParser::parse(reply.head.substr(9, 3));
        const auto at = reply.head.find("Content-Length: ");
        if (at == std::string::npos) return chunks(std::move(reply));
        const auto size = std::stoul(reply.head.substr(at + 16));
        while (buffer_.size() < size && fill()) {
        }
        reply.isWhole = buffer_.size() >= size;
        reply.body = take(std::min(buffer_.size(), size));
        return reply;
    }

    bool isClosedByPeer() { return buffer_.empty() && !fill(); }

private:
    HttpReply chunks(HttpReply reply) {
        for (;;) {
            while (buffer_.find("\r\n") == std::string::npos)
                if (!fill()) return reply;
            const auto size = std::stoul(take(buffer_.find("\r\n") + 2), nullptr, 16);
            while (buffer_.size() < size + 2)
                if (!fill()) return reply;
            reply.body += take(size);
            take(2);
            reply.isWhole = size == 0;
            if (reply.isWhole) return reply;
        }
    }

    std::string take(std::size_t size) {
        auto taken = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return taken;
    }

    bool fill() {
        char bytes[4096];
        int count = 0;
        try {
            count = socket_.receiveBytes(bytes, sizeof bytes);
        } catch (const Poco::Net::NetException&) {  // reset
        }
        buffer_.append(bytes, static_cast<std::size_t>(std::max(count, 0)));
        return count > 0;
    }

    Poco::Net::StreamSocket socket_;
    std::string buffer_;
};

// Payloads of the events, comments left out.
inline std::vector<std::string> eventsOf(const std::string& body) {
    std::vector<std::string> events;
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);)
        if (line.rfind("data:", 0) == 0) events.push_back(Poco::trim(line.substr(5)));
    return events;
}

// What a stream said in all.
struct StreamedAnswer {
    std::string content;
    std::string reasoning;
    std::string arguments;
    std::vector<std::string> tools;
    std::string finish;
    std::string error;
    Object::Ptr usage;
    bool isDone = false;

    explicit StreamedAnswer(const std::string& body) {
        for (const auto& event : eventsOf(body)) {
            if (event == "[DONE]")
                isDone = true;
            else
                add(*parsed(event));
        }
    }

private:
    void add(const Object& chunk) {
        if (chunk.isObject("error")) error = chunk.getObject("error")->getValue<std::string>("message");
        if (chunk.isObject("usage")) usage = chunk.getObject("usage");
        const auto choices = chunk.getArray("choices");
        if (!choices || choices->size() == 0) return;
        const auto choice = choices->getObject(0);
        if (!choice->isNull("finish_reason")) finish = choice->getValue<std::string>("finish_reason");
        const auto delta = choice->getObject("delta");
        const auto text = [&](const char* name) {
            return delta->isNull(name) ? std::string() : delta->getValue<std::string>(name);
        };
        content += text("content");
        reasoning += text("reasoning_content") + text("reasoning");
        if (!delta->isArray("tool_calls")) return;
        const auto call = delta->getArray("tool_calls")->getObject(0);
        if (call->has("id")) tools.push_back(call->getObject("function")->getValue<std::string>("name"));
        arguments += call->getObject("function")->getValue<std::string>("arguments");
    }
};

// {"model": ..., "messages": [a user's question], and what else is said}
inline std::string openAiAsk(const std::string& question, const std::string& more = "",
                             const std::string& model = "sim-chat") {
    return R"({"model":")" + model + R"(","messages":[{"role":"user","content":")" + question + "\"}]" + more + "}";
}
inline const std::string kStreamed = R"(,"stream":true,"stream_options":{"include_usage":true})";

}  // namespace aiproject::test
