// The whole product as an operator runs it: simulator, `aiproject serve`, nginx. Real sockets, one
// folder, free ports.
#pragma once

#include "e2e/nginx_site.h"
#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <Poco/JSON/Object.h>

#include <map>
#include <memory>
#include <string>

namespace aiproject::test {

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    Poco::JSON::Object::Ptr json() const;
};

using Headers = std::map<std::string, std::string>;

HttpAnswer requestAt(std::uint16_t port, const std::string& method, const std::string& path, const std::string& body,
                     const Headers& headers = {});

struct SiteOptions {
    Settings settings = {};  // besides those that lead to the simulator
    upstream::Options upstream = {};
    ErrorStatus errorStatus = ErrorStatus::envelope;
};

class Site {
public:
    explicit Site(const SiteOptions& options = {});

    upstream::Simulator& upstream() { return *upstream_; }
    const NginxSite& nginx() const { return *nginx_; }
    ChildProcess& manager() { return *manager_; }
    std::string log() const { return installation_->log(); }
    std::string configFile() const { return installation_->configFile(); }

    HttpAnswer request(const std::string& method, const std::string& path, const std::string& body,
                       const Headers& headers = {}) const;
    HttpAnswer postJson(const std::string& path, const std::string& body) const;
    // Registers and logs in; answers the uuid.
    std::string newUser(const std::string& name) const;

private:
    std::unique_ptr<upstream::Simulator> upstream_;
    std::unique_ptr<Installation> installation_;
    std::unique_ptr<ChildProcess> manager_;
    std::unique_ptr<NginxSite> nginx_;
};

// multipart/form-data with one part, as the original's clients upload.
struct Multipart {
    Multipart(const std::string& name, const std::string& fileName, const std::string& content);
    std::string contentType, body;
};

// A mono 16-bit WAV file around the samples.
std::string wavOf(const std::string& pcm, std::uint32_t sampleRate);

}  // namespace aiproject::test
