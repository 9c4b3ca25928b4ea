#include "upstream/http_question.h"

#include "upstream/deadlines.h"
#include "upstream/open.h"

#include <Poco/Exception.h>

#include <utility>

namespace aiproject::outbound {
namespace {

// Small pieces go in one packet and one TLS record.
void sendPieces(Link& link, const std::string& head, const HttpBody& body) {
    constexpr std::size_t small = 16UL * 1024;
    std::string together = head;
    for (const std::string_view piece : body.pieces()) {
        if (piece.size() <= small) together.append(piece);
        if (piece.size() <= small && together.size() <= small) continue;
        sendAll(link, together, {});
        together.clear();
        if (piece.size() > small) sendAll(link, piece, {});
    }
    sendAll(link, together, {});
}

}  // namespace

std::size_t HttpBody::size() const {
    std::size_t bytes = 0;
    for (const std::string_view piece : pieces_) bytes += piece.size();
    return bytes;
}

std::string HttpBody::text() const {
    std::string all;
    all.reserve(size());
    for (const std::string_view piece : pieces_) all.append(piece);
    return all;
}

// Some gateways turn away what has no User-Agent. Without the encoding some servers would choose one.
HttpForm::HttpForm(const Endpoint& endpoint, const std::string& path, const std::string& lines)
    : fixed_(
          "POST " + path + " HTTP/1.1\r\nHost: " + endpoint.authority() +
          "\r\nUser-Agent: aiproject\r\nAccept: application/json, text/event-stream\r\nAccept-Encoding: identity\r\n" +
          lines) {}

std::string HttpForm::head(const ModelRequest& request, std::size_t bodyBytes, std::string_view contentType) const {
    std::string head = fixed_;
    const auto add = [&head](std::string_view name, std::string_view value) {
        if (!value.empty()) head.append(name).append(": ").append(value).append("\r\n");
    };
    add("traceparent", request.traceparent);
    if (request.traceparent.size > 0) add("tracestate", request.tracestate);
    head.append("Content-Type: ").append(contentType);
    head.append("\r\nContent-Length: ").append(std::to_string(bodyBytes)).append("\r\n\r\n");
    return head;
}

AskedHttp askHttp(KeptLinks& links, const ModelRequest& request, IReply& reply, const std::string& head,
                  const HttpBody& body) {
    Deadlines deadlines(reply, request.timeouts, links.name());
    const bool isFresh = request.freshConnection != 0;
    AskedHttp asked;
    if (!isFresh) asked.link = links.take();
    asked.hasWaited = asked.link != nullptr;
    if (!asked.link) asked.link = std::make_unique<Link>(openLink(links.peer(), deadlines));
    if (isFresh) reply.explain("asked again on a new connection");
    const Withdrawal withdrawal(deadlines);
    deadlines.enter(Phase::firstFrame, asked.link->descriptor());
    try {
        sendPieces(*asked.link, head, body);
    } catch (const LinkFault& fault) {
        asked.broke = fault.what();
    }
    deadlines.check();  // its guard is what may have broken it
    return asked;
}

}  // namespace aiproject::outbound
