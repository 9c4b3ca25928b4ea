// What aiproject/http.h and http_stream.h have in common: a question's head, addresses, and how an answer fails.
// Plugins include those.
#pragma once

#include "aiproject/detail/http_connection.h"
#include "aiproject/http_answer.h"
#include "aiproject/http_status.h"
#include "aiproject/imodel.h"
#include "aiproject/json.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::http {

struct Question {
    std::string method = "POST";
    std::string path = {};  // behind that of the URL, before its query: "/chat", "/chat?a=b" or "?a=b"
    std::string contentType = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};  // beside Host, Content-Type and the like
    std::string body = {};
};

// A question that was sent, and its connection.
struct Exchange {
    std::shared_ptr<const Service> service;
    detail::Connection connection;
    std::string broke;  // why the question could not be sent; empty: it was
};

namespace detail {

constexpr std::size_t kRefusalBytes = std::size_t(64) * 1024;  // of the body of an answer that is not a success

// Paths are put together with one slash between them, and queries stay behind the path: one in the service's URL, such
// as a version of its interface, goes with every question.
inline std::string targetOf(const std::string& base, const std::string& added) {
    const std::size_t baseEnd = std::min(base.find('?'), base.size()),
                      addedEnd = std::min(added.find('?'), added.size());
    std::string target = base.substr(0, baseEnd);
    if (addedEnd > 0 && target.back() == '/') target.pop_back();
    if (addedEnd > 0 && added.front() != '/') target += '/';
    target.append(added, 0, addedEnd).append(base, baseEnd);
    if (addedEnd == added.size()) return target;
    return target + (baseEnd == base.size() ? '?' : '&') + added.substr(addedEnd + 1);
}

// Why the question cannot be sent as it is, since a part would break out of its place; empty: the head is complete.
inline std::string takeHead(const Service& service, const ModelRequest& request, const Question& question,
                            std::string& head) {
    const auto isMark = [](char c) { return std::strchr("\"(),/:;<=>?@[\\]{}", c) != nullptr; };
    const auto isVisible = [](char c) { return c > ' ' && c <= '~'; };
    bool isMethod = !question.method.empty(), isPath = true, isFit = true;
    for (const char c : question.method) isMethod = isMethod && isVisible(c) && !isMark(c);
    for (const char c : question.path) isPath = isPath && isVisible(c) && c != '#';
    if (!isMethod) return "the method of the question is not a word of HTTP";
    if (!isPath)
        return "the path of the question has a blank, a control character, a '#' or a character outside ASCII; "
               "percent-encode it";
    head = question.method + " " + targetOf(service.url.path, question.path) +
           " HTTP/1.1\r\nHost: " + service.url.authority() +
           "\r\nUser-Agent: aiproject-plugin\r\nAccept-Encoding: identity\r\nConnection: close\r\n";
    const auto add = [&](std::string_view name, std::string_view value) {
        const bool isLine = value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
        isFit = isFit && isLine && !name.empty() && name.find_first_of(": \t\r\n") == std::string_view::npos;
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (request.traceparent.size > 0) add("traceparent", request.traceparent);
    if (request.traceparent.size > 0 && request.tracestate.size > 0) add("tracestate", request.tracestate);
    for (const auto& [name, value] : question.headers) add(name, value);
    if (!question.body.empty()) add("Content-Type", question.contentType);
    if (!question.body.empty() || question.method != "GET") add("Content-Length", std::to_string(question.body.size()));
    head += "\r\n";
    return isFit ? std::string() : "a header of the question has a line break, a NUL or no name";
}

inline const Head& headOf(const Answer& answer) noexcept {
    static const Head none{};
    return answer.head() ? *answer.head() : none;
}

struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

// In the order to try. None: `fault` says why.
inline std::vector<Address> resolved(const Url& url, std::string& fault) {
    std::vector<Address> addresses;
    const auto add = [&](const void* bytes, std::size_t size) {
        Address address;
        address.size = static_cast<socklen_t>(size);
        std::memcpy(&address.bytes, bytes, size);
        addresses.push_back(address);
    };
    if (url.host == "localhost") {  // RFC 6761, 6.3: it needs no resolver
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(url.port);
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        add(&v4, sizeof v4);
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(url.port);
        v6.sin6_addr = in6addr_loopback;
        add(&v6, sizeof v6);
        return addresses;
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
    if (error != 0) {
        fault = std::string("its name cannot be resolved: ") + ::gai_strerror(error);
        return addresses;
    }
    for (const addrinfo* entry = found; entry; entry = entry->ai_next) add(entry->ai_addr, entry->ai_addrlen);
    ::freeaddrinfo(found);
    return addresses;
}

// How an answer ended that is not whole.
inline std::string lossOf(const Answer& answer, const Connection& connection, const std::string& broke) {
    const std::string& fault = connection.fault();
    std::string reason =
        fault.empty() ? "the upstream ended the connection" : "the connection to the upstream broke: " + fault + ",";
    reason += answer.head() ? " in the middle of its answer" : " before its head was whole";
    return broke.empty() ? reason : reason + "; the question could not be sent: " + broke;
}

inline std::string encodingFaultOf(const Head& head) {
    const std::string_view encoding = head.field("Content-Encoding");
    if (encoding.empty() || isSame(encoding, "identity")) return {};
    return "the upstream's answer is compressed (" + printable(encoding.substr(0, 32)) + "), which was not asked for";
}

#if defined(AIPROJECT_HTTP_TLS)
// What is wrong with the certificate; empty: that was not it.
inline std::string verdictOf(const Connection& connection, const Service& service) {
    const long verdict = connection.verdict();
    if (!service.verifies || verdict == X509_V_OK) return {};
    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
        return "is for another host name, or only its common name is this; check url";
    return std::string("cannot be verified: ") + X509_verify_cert_error_string(verdict);
}
#endif

// Bounded, whole characters, one line.
inline std::string oneLine(std::string_view text) {
    constexpr std::size_t longest = 300;
    std::string line;
    while (!text.empty() && line.size() < longest) {
        const std::size_t size = json::detail::characterSize(text);
        const auto first = static_cast<unsigned char>(text.front());
        line += size == 0 ? "?" : first < ' ' || first == 0x7F ? " " : text.substr(0, size);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return line;
}

// The sentence in an error's body, wherever services put it.
inline std::string messageIn(std::string_view body) {
    const json::Value answer = json::parse(body);
    if (!answer) return std::string(body);
    for (const json::Value& place :
         {answer.find("error", "message"), answer.find("error"), answer.find("message"), answer.find("detail")})
        if (place.isString()) return place.text();
    return {};
}

// Tells the reply of an answer that is not a success; answers the status for the call.
inline ModelStatus tellRefusal(const Service& service, const Head& head, std::string_view body, IReply& reply) {
    const StatusMeaning meaning = meaningOf(head.status);
    // Nobody can read a body that is compressed; its status and fields count all the same.
    const bool isReadable = encodingFaultOf(head).empty();
    const std::string said = isReadable ? oneLine(service.secrets.applied(messageIn(body))) : std::string();
    std::string reason = "HTTP " + std::to_string(head.status) + ": " + meaning.words;
    if (!said.empty()) reason += "; it said: " + said;
    reply.explain(reason);
    if (meaning.status == ModelStatus::badInput)
        reply.advise("the model does not take this request" + (said.empty() ? said : ": " + said));
    if (meaning.status == ModelStatus::inputTooLarge) reply.advise(meaning.words + (said.empty() ? said : ": " + said));
    const std::uint32_t wait = retryAfterMs(head.field("Retry-After"), head.field("Retry-After-Ms"));
    if (wait > 0 && (meaning.status == ModelStatus::busy || meaning.status == ModelStatus::quotaSpent))
        reply.retryAfter(wait);
    return meaning.status;
}

}  // namespace detail
}  // namespace aiproject::http
