#include "bench/driver/http_clients.h"

#include "bench/driver/table.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <thread>

namespace aiproject::bench {

void Answers::add(const std::string& code, Duration took) {
    const std::lock_guard lock(mutex_);
    milliseconds_[code].push_back(std::chrono::duration<double, std::milli>(took).count());
}

std::size_t Answers::count(const std::string& code) const {
    const std::lock_guard lock(mutex_);
    const auto found = milliseconds_.find(code);
    return found == milliseconds_.end() ? 0 : found->second.size();
}

std::string Answers::text() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [code, times] : milliseconds_)
        text += (text.empty() ? "" : ", ") + code + ": " + std::to_string(times.size()) + " (median " +
                fixed(medianOf(times), 0) + " ms, longest " + fixed(*std::max_element(times.begin(), times.end()), 0) +
                " ms)";
    return text.empty() ? "no answers" : text;
}

std::string codeOf(int status, const std::string& body) {
    const std::string name = "\"code\":";
    const auto begin = body.find(name);
    const auto end = begin == std::string::npos ? begin : body.find_first_of(",}", begin);
    if (end == std::string::npos) return "HTTP " + std::to_string(status);
    std::string code = body.substr(begin + name.size(), end - begin - name.size());
    code.erase(std::remove(code.begin(), code.end(), '"'), code.end());
    return code;
}

HttpClients::HttpClients(std::uint16_t port, HttpQuestion question, Rate rate)
    : port_(port), question_(std::move(question)), rate_(rate) {
    for (int i = 0; i < rate.clients; ++i) threads_.add([this] { attend(); });
}

const Answers& HttpClients::end() {
    threads_.end();
    return answers_;
}

void HttpClients::attend() {
    while (true) {
        waitForTurn();
        if (threads_.isOver()) return;
        const auto asked = Clock::now();
        const std::string code = ask();
        answers_.add(code, Clock::now() - asked);
    }
}

void HttpClients::waitForTurn() {
    if (rate_.perSecond == 0) return;
    const auto turn = begin_ + turn_++ * std::chrono::microseconds(1'000'000 / rate_.perSecond);
    constexpr std::chrono::milliseconds aMoment{50};  // so that the end is noticed
    while (!threads_.isOver() && Clock::now() < turn)
        std::this_thread::sleep_until(std::min(turn, Clock::now() + aMoment));
}

std::string HttpClients::ask() const {
    using namespace Poco::Net;
    try {
        HTTPClientSession session("127.0.0.1", port_);
        HTTPRequest request(HTTPRequest::HTTP_POST, question_.path, HTTPMessage::HTTP_1_1);
        for (const auto& [name, value] : question_.headers) request.set(name, value);
        request.setContentLength(std::streamsize(question_.body.size()));
        session.sendRequest(request) << question_.body << std::flush;
        HTTPResponse response;
        std::string body;
        Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
        return codeOf(response.getStatus(), body);
    } catch (const Poco::Exception& e) {
        return "no answer: " + e.displayText();
    }
}

}  // namespace aiproject::bench
