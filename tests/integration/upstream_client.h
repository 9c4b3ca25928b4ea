// A client of the upstream simulator for its own tests. It signs and talks on its own: no code of the
// simulator or of the plugins is in it.
#pragma once

#include "support/eventually.h"
#include "upstream/simulator.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <openssl/evp.h>

#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace aiproject::test {

using Poco::JSON::Object;
using Poco::Net::HTTPRequest;
using upstream::Options;
using upstream::Simulator;
using upstream::Transport;
using namespace std::string_literals;

inline std::string encoded(const std::string& bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return out.str();
}

inline std::string decoded(const std::string& text) {
    std::istringstream in(text);
    Poco::Base64Decoder decoder(in);
    std::string bytes;
    Poco::StreamCopier::copyToString(decoder, bytes);
    return bytes;
}

inline std::string signature(const std::string& secret, const std::string& text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    std::size_t size = 0;
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
              reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, sizeof digest, &size);
    return encoded({reinterpret_cast<const char*>(digest), size});
}

inline std::string dateAt(const Poco::Timestamp& time) {
    return Poco::DateTimeFormatter::format(time, Poco::DateTimeFormat::HTTP_FORMAT);
}

// What a client signs with; a test changes one member.
struct Signer {
    std::string key = Options().apiKey, secret = Options().apiSecret;
    std::string prefix = "api_key", host = "localhost", date = dateAt({}), method = "GET";

    std::string sign(const std::string& path) const {
        return signature(secret, "host: " + host + "\ndate: " + date + "\n" + method + " " + path + " HTTP/1.1");
    }
    std::string target(const std::string& path) const {
        const auto parts = prefix + "=\"" + key + R"(", algorithm="hmac-sha256", headers="host date request-line", )" +
                           "signature=\"" + sign(path) + "\"";
        std::string query;
        for (const auto& [name, value] :
             {std::pair("authorization"s, encoded(parts)), {"date", date}, {"host", host}}) {
            query += (query.empty() ? "?" : "&") + name + "=";
            Poco::URI::encode(value, "+/=,:&", query);
        }
        return path + query;
    }
};

inline Object::Ptr parsed(const std::string& text) { return Poco::JSON::Parser().parse(text).extract<Object::Ptr>(); }

class Client {
public:
    Client(const Simulator& simulator, const std::string& path, const std::string& target = {}) {
        const Poco::URI url(simulator.url(path));
        const std::string address = "127.0.0.1";  // a bare system cannot resolve localhost
        if (url.getScheme() == "wss") {
            const Poco::Net::Context::Ptr context = new Poco::Net::Context(
                Poco::Net::Context::TLS_CLIENT_USE, simulator.caFile(), Poco::Net::Context::VERIFY_STRICT, 9, false);
            session_ = std::make_unique<Poco::Net::HTTPSClientSession>(address, url.getPort(), context);
        } else {
            session_ = std::make_unique<Poco::Net::HTTPClientSession>(address, url.getPort());
        }
        HTTPRequest request(HTTPRequest::HTTP_GET, target.empty() ? Signer().target(path) : target,
                            HTTPRequest::HTTP_1_1);
        request.setHost(url.getHost(), url.getPort());
        try {
            socket_ = std::make_unique<Poco::Net::WebSocket>(*session_, request, response_);
            socket_->setReceiveTimeout(Poco::Timespan(kPatience.count(), 0));
        } catch (const Poco::Net::WebSocketException&) {  // response_ says why
        }
    }

    bool isUpgraded() const { return socket_ != nullptr; }
    int status() const { return response_.getStatus(); }
    Poco::Net::WebSocket& socket() { return *socket_; }

    void send(const std::string& text) { socket_->sendFrame(text.data(), static_cast<int>(text.size())); }

    // The next message, its fragments joined; empty when the server has closed, see closeCode.
    std::string receive() {
        std::string message;
        for (;;) {
            Poco::Buffer<char> buffer(0);
            int flags = 0;
            const int size = socket_->receiveFrame(buffer, flags);
            const int opcode = flags & Poco::Net::WebSocket::FRAME_OP_BITMASK;
            if ((size <= 0 && flags == 0) || opcode == Poco::Net::WebSocket::FRAME_OP_CLOSE) {
                if (size >= 2)
                    closeCode = static_cast<unsigned char>(buffer[0]) << 8U | static_cast<unsigned char>(buffer[1]);
                return {};
            }
            if (opcode == Poco::Net::WebSocket::FRAME_OP_PING) {
                const auto pong = int(Poco::Net::WebSocket::FRAME_FLAG_FIN) | int(Poco::Net::WebSocket::FRAME_OP_PONG);
                socket_->sendFrame(buffer.begin(), size, pong);
                continue;
            }
            isBinary = opcode == Poco::Net::WebSocket::FRAME_OP_BINARY || isBinary;
            fragments += (flags & Poco::Net::WebSocket::FRAME_FLAG_FIN) == 0 ? 1 : 0;
            message.append(buffer.begin(), buffer.size());
            if ((flags & Poco::Net::WebSocket::FRAME_FLAG_FIN) != 0) return message;
        }
    }

    int closeCode = 0;
    int fragments = 0;
    bool isBinary = false;

private:
    std::unique_ptr<Poco::Net::HTTPClientSession> session_;
    Poco::Net::HTTPResponse response_;
    std::unique_ptr<Poco::Net::WebSocket> socket_;
};

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("no " + from + " in " + text);
    return text.replace(at, from.size(), to);
}

inline std::string chatRequest(const std::string& domain, const std::string& turns,
                               const std::string& parameters = "") {
    return R"({"header":{"app_id":"5f5e1000","uid":"u"},"parameter":{"chat":{"domain":")" + domain + "\"" + parameters +
           R"(}},"payload":{"message":{"text":[)" + turns + "]}}}";
}

inline std::string turn(const std::string& role, const std::string& content) {
    return R"({"role":")" + role + R"(","content":")" + content + "\"}";
}

struct Answer {
    int code = 0;
    std::vector<int> statuses;
    std::string content, reasoning;
    Object::Ptr usage;
};

// All frames through the last one or the first error.
inline Answer readAnswer(Client& client) {
    Answer answer;
    for (;;) {
        const auto text = client.receive();
        if (text.empty()) return answer;
        const auto frame = parsed(text);
        const auto header = frame->getObject("header");
        answer.code = header->getValue<int>("code");
        const auto payload = frame->getObject("payload");
        if (!payload) {
            if (answer.code != 0) return answer;
            continue;
        }
        const auto choices = payload->getObject("choices");
        const auto texts = choices ? choices->getArray("text") : nullptr;
        answer.statuses.push_back(header->getValue<int>("status"));
        if (texts && texts->size() > 0) {
            answer.content += texts->getObject(0)->getValue<std::string>("content");
            answer.reasoning += texts->getObject(0)->optValue<std::string>("reasoning_content", "");
        }
        if (answer.statuses.back() != 2) continue;
        answer.usage = payload->getObject("usage")->getObject("text");
        return answer;
    }
}

inline Answer ask(const Simulator& simulator, const std::string& path, const std::string& request) {
    Client client(simulator, path);
    if (!client.isUpgraded()) throw std::runtime_error("HTTP " + std::to_string(client.status()));
    client.send(request);
    return readAnswer(client);
}

inline const std::string kQuestion = chatRequest("generalv3.5", turn("user", "你好吗"));

inline std::string classicFrame(int status, const std::string& audio, const std::string& business = "") {
    const auto first =
        R"("common":{"app_id":"5f5e1000"},"business":{"language":"zh_cn","domain":"iat","accent":"mandarin")" +
        business + "},";
    return "{" + (status == 0 ? first : "") + R"("data":{"status":)" + std::to_string(status) +
           R"(,"format":"audio/L16;rate=16000","encoding":"raw","audio":")" + encoded(audio) + "\"}}";
}

inline std::string largeFrame(int status, int sequence, const std::string& audio) {
    const auto first = R"("parameter":{"iat":{"domain":"slm","language":"zh_cn","accent":"mandarin","dwa":"wpgs"}},)"s;
    const auto code = std::to_string(status);
    return R"({"header":{"app_id":"5f5e1000","status":)" + code + "}," + (status == 0 ? first : "") +
           R"("payload":{"audio":{"encoding":"raw","sample_rate":16000,"channels":1,"bit_depth":16,"seq":)" +
           std::to_string(sequence) + R"(,"status":)" + code + R"(,"audio":")" + encoded(audio) + "\"}}}";
}

// Follows pgs and rg, as the protocol wants it.
struct Transcript {
    std::map<int, std::string> sentences;
    int replacements = 0;

    void add(const Object& result) {
        if (result.optValue<std::string>("pgs", "") == "rpl") {
            const auto range = result.getArray("rg");
            replacements += range->getElement<int>(1) > range->getElement<int>(0) ? 1 : 0;
            sentences.erase(sentences.lower_bound(range->getElement<int>(0)),
                            sentences.upper_bound(range->getElement<int>(1)));
        }
        auto& sentence = sentences[result.getValue<int>("sn")];
        for (const auto& word : *result.getArray("ws"))
            sentence += word.extract<Object::Ptr>()->getArray("cw")->getObject(0)->getValue<std::string>("w");
    }
    std::string text() const {
        std::string all;
        for (const auto& [number, sentence] : sentences) all += sentence;
        return all;
    }
};

}  // namespace aiproject::test
