#include "e2e/nginx_site.h"

#include "e2e/free_port.h"
#include "support/places.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace aiproject::test {
namespace {

namespace fs = std::filesystem;

const fs::path kTemplates = sourceFolder() + "/nginx";

}  // namespace

void fillTemplate(const fs::path& from, const fs::path& to, const std::map<std::string, std::string>& values) {
    std::string text = readFile(from);
    for (const auto& [name, value] : values) {
        const std::string mark = "@" + name + "@";
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
            text.replace(at, mark.size(), value);
    }
    if (text.find('@') != std::string::npos) throw std::runtime_error(from.string() + ": a mark was not filled");
    fs::create_directories(to.parent_path());
    std::ofstream(to) << text;
}

rlim_t hardDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::runtime_error("getrlimit failed");
    return std::min<rlim_t>(limit.rlim_max, 40'000);
}

NginxSite::NginxSite(NginxOptions options) : options_(std::move(options)) {
    const std::string pidFile = folder_.file("run/nginx.pid");
    nginx_ = startOnFreePort(
        [&](std::uint16_t port) {
            port_ = port;
            fillFolder();
            return command();
        },
        // The pid file comes after the bind: until then the port may answer for another program.
        [&] { return fs::exists(pidFile) && accepts(port_); });
}

std::string NginxSite::url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

void NginxSite::fillFolder() const {
    const std::map<std::string, std::string> values{
        {"FOLDER", folder_.path()},
        {"DESCRIPTORS", std::to_string(hardDescriptorLimit())},
        {"LISTEN", "127.0.0.1:" + std::to_string(port_)},
        {"AUTH_SOCKET", options_.socketFolder + "/auth.sock"},
        {"MEDIA_SOCKET", options_.socketFolder + "/media.sock"},
        {"MODEL_SOCKET", options_.socketFolder + "/model.sock"},
        {"CONSOLE", (kTemplates / "console").string()},
        {"STATUS_SOCKET", options_.socketFolder + "/status.sock"},
        {"HTTP_STATUS", options_.errorStatus == ErrorStatus::envelope ? "envelope" : "semantic"},
        {"AUTH_RATE", options_.authRate},
        {"AUTH_BURST", std::to_string(options_.authBurst)},
        {"REGISTER_RATE", options_.registerRate},
    };
    for (const char* name : {"log", "run", "tmp"}) fs::create_directories(folder_.path() / name);
    fillTemplate(kTemplates / "rootless.conf.in", folder_.file("nginx.conf"), values);
    for (const char* name : {"conf.d", "aiproject"})
        for (const auto& file : fs::directory_iterator(kTemplates / name)) {
            const bool isTemplate = file.path().extension() == ".in";
            const fs::path filled = isTemplate ? file.path().stem() : file.path().filename();
            fillTemplate(file.path(), folder_.path() / name / filled, values);
        }
    std::ofstream(folder_.file("aiproject/locations.conf"), std::ios::app) << options_.locations;
    if (!options_.hosts.empty()) becomeBalancer();
}

// As the comment in balancer.conf tells an operator to do it.
void NginxSite::becomeBalancer() const {
    std::string hosts = "upstream aiproject_hosts {\n    least_conn;\n";
    for (const auto port : options_.hosts)
        hosts += "    server 127.0.0.1:" + std::to_string(port) + " fail_timeout=2s;\n";
    std::ofstream(folder_.file("conf.d/aiproject.conf"), std::ios::app) << hosts << "}\n";
    const std::string ofHost = "include aiproject/server.conf;";
    std::string text = readFile(folder_.file("nginx.conf"));
    text.replace(text.find(ofHost), ofHost.size(), "include aiproject/balancer.conf;");
    std::ofstream(folder_.file("nginx.conf")) << text;
}

Command NginxSite::command() const {
    // Root's nginx would give its workers to "nobody", who cannot reach the pools' sockets.
    const std::string globals = geteuid() == 0 ? "daemon off; user root;" : "daemon off;";
    return {
        "nginx", {"-e", "stderr", "-c", folder_.file("nginx.conf"), "-g", globals}, {}, -1, folder_.file("log/output")};
}

}  // namespace aiproject::test
