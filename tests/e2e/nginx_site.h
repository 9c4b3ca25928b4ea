// A real nginx below a folder of its own, from the templates in nginx/, in front of two pool sockets.
#pragma once

#include "support/child_process.h"
#include "support/temp_dir.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aiproject::test {

// How an error that nginx answers itself looks on the documented paths; as http.status of the worker.
enum class ErrorStatus { envelope, semantic };

struct NginxOptions {
    std::string socketFolder;  // of the pools; nothing needs to listen there
    ErrorStatus errorStatus = ErrorStatus::envelope;
    std::string authRate = "1000r/s";  // of /auth/*, as limit_req_zone takes it
    int authBurst = 1000;
    std::string registerRate = "1000r/s";
    std::string locations;                  // besides those of locations.conf, as nginx reads them
    std::vector<std::uint16_t> hosts = {};  // not empty: a balancer in front of these, and none of the above
};

// Replaces every @NAME@ of the template. Throws std::runtime_error when one has no value.
void fillTemplate(const std::filesystem::path& from, const std::filesystem::path& to,
                  const std::map<std::string, std::string>& values);

class NginxSite {
public:
    // Returns when it accepts connections; throws std::runtime_error with nginx's own words when it ends before.
    explicit NginxSite(NginxOptions options);

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& path) const;  // path with its '/'
    pid_t pid() const { return nginx_->pid(); }
    std::string accessLog() const { return folder_.file("log/nginx-access.log"); }
    std::string errorLog() const { return folder_.file("log/nginx-error.log"); }

private:
    void fillFolder() const;
    void becomeBalancer() const;
    Command command() const;

    NginxOptions options_;
    TempDir folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> nginx_;  // ends before its folder
};

}  // namespace aiproject::test
