#include "bench/upstream/http_conversation.h"

#include "bench/common/openai_frame.h"

#include <Poco/Net/HTTPRequest.h>

#include <cstdio>
#include <sstream>
#include <stdexcept>

namespace aiproject::bench {

void HttpConversation::received() {
    if (isAnswering()) return;  // a request sent ahead waits
    const auto end = input().find("\r\n\r\n");
    if (end == std::string::npos) return;
    Poco::Net::HTTPRequest request;
    std::istringstream head(input().substr(0, end + 4));
    request.read(head);
    if (request.getMethod() != "POST" || !request.hasContentLength())
        throw std::runtime_error("a request that is no POST with a Content-Length: " + request.getURI());
    const auto size = std::size_t(request.getContentLength64());
    if (input().size() < end + 4 + size) return;

    const auto order = findOrder(std::string_view(input()).substr(end + 4, size));
    keepsAlive_ = request.getKeepAlive();
    isOpenAi_ = request.getURI() == "/v1/chat/completions";
    input().erase(0, end + 4 + size);
    if (order) return answer(*order);
    say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    leave();
}

void HttpConversation::encode(const FrameToSend& frame, std::string& out) {
    if (frame.seq == 0) {
        out += "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: ";
        out += isOpenAi_ ? "text/event-stream\r\n" : "application/json; charset=utf-8\r\n";
        out += keepsAlive_ ? "\r\n" : "Connection: close\r\n\r\n";
    }
    frame_.clear();
    if (isOpenAi_) {
        appendOpenAiFrame(frame_, frame);
    } else {
        appendFrame(frame_, frame);
        frame_ += '\n';
    }
    char size[20];
    out.append(size, std::size_t(std::snprintf(size, sizeof size, "%zx\r\n", frame_.size())));
    out += frame_;
    out += frame.isLast ? "\r\n0\r\n\r\n" : "\r\n";
}

void HttpConversation::answered() {
    if (keepsAlive_) return received();
    leave();
}

}  // namespace aiproject::bench
