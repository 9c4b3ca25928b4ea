#include "e2e/site.h"

#include "support/eventually.h"
#include "support/model_settings.h"

#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/String.h>

#include <stdexcept>

namespace aiproject::test {
namespace {

std::unique_ptr<upstream::Simulator> startUpstream(upstream::Options options) {
    options.transport = upstream::Transport::plain;
    return std::make_unique<upstream::Simulator>(options);
}

void appendNumber(std::string& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += char(value >> (8 * i));
}

}  // namespace

Poco::JSON::Object::Ptr HttpAnswer::json() const {
    return Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
}

Site::Site(const SiteOptions& options) : upstream_(startUpstream(options.upstream)) {
    Settings settings = settingsForAll(*upstream_, options.upstream);
    for (const auto& [key, value] : options.settings) settings[key] = value;
    if (options.errorStatus == ErrorStatus::semantic) settings["http.status"] = "semantic";
    installation_ = std::make_unique<Installation>(settings);
    Command serve{programPath(), {"serve", "-c", installation_->configFile()}};
    serve.output = installation_->dir().file("output");
    manager_ = std::make_unique<ChildProcess>(serve);
    NginxOptions nginx;
    nginx.socketFolder = installation_->dir().file("run");
    nginx.errorStatus = options.errorStatus;
    nginx_ = std::make_unique<NginxSite>(nginx);
    const bool isReady =
        eventually([this] { return !manager_->isRunning() || request("GET", "/healthz", "").status == 200; });
    if (!isReady || !manager_->isRunning())
        throw std::runtime_error("the site did not become ready: " + log() + readFile(serve.output) +
                                 request("GET", "/healthz", "").body);
}

HttpAnswer requestAt(std::uint16_t port, const std::string& method, const std::string& path, const std::string& body,
                     const Headers& headers) {
    Poco::Net::HTTPClientSession session("127.0.0.1", port);
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    for (const auto& [name, value] : headers) request.set(name, value);
    request.setContentLength(std::streamsize(body.size()));
    session.sendRequest(request) << body << std::flush;
    Poco::Net::HTTPResponse response;
    std::istream& stream = session.receiveResponse(response);
    HttpAnswer answer;
    answer.status = response.getStatus();
    for (const auto& [name, value] : response) answer.headers[Poco::toLower(name)] = value;
    Poco::StreamCopier::copyToString(stream, answer.body);
    return answer;
}

HttpAnswer Site::request(const std::string& method, const std::string& path, const std::string& body,
                         const Headers& headers) const {
    return requestAt(nginx_->port(), method, path, body, headers);
}

HttpAnswer Site::postJson(const std::string& path, const std::string& body) const {
    return request("POST", path, body, {{"Content-Type", "application/json"}});
}

std::string Site::newUser(const std::string& name) const {
    return test::newUser([this](const std::string& path, const std::string& json) { return postJson(path, json).body; },
                         name);
}

Multipart::Multipart(const std::string& name, const std::string& fileName, const std::string& content) {
    const std::string boundary = "bfa2c3f0a0e64a56b1f2c6de51e0bb7c";
    contentType = "multipart/form-data; boundary=" + boundary;
    body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + fileName +
           "\"\r\n\r\n" + content + "\r\n--" + boundary + "--\r\n";
}

std::string wavOf(const std::string& pcm, std::uint32_t sampleRate) {
    std::string wav = "RIFF";
    appendNumber(wav, std::uint32_t(36 + pcm.size()), 4);
    wav += "WAVEfmt ";
    appendNumber(wav, 16, 4);
    appendNumber(wav, 1, 2);  // PCM
    appendNumber(wav, 1, 2);  // mono
    appendNumber(wav, sampleRate, 4);
    appendNumber(wav, sampleRate * 2, 4);  // bytes a second
    appendNumber(wav, 2, 2);               // bytes a sample
    appendNumber(wav, 16, 2);              // bits a sample
    wav += "data";
    appendNumber(wav, std::uint32_t(pcm.size()), 4);
    return wav + pcm;
}

}  // namespace aiproject::test
