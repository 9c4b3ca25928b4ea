#include "bench/driver/relay.h"

#include "bench/driver/interruption.h"
#include "e2e/nginx_site.h"
#include "support/places.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <sys/resource.h>
#include <unistd.h>

#include <stdexcept>

namespace aiproject::bench {
namespace {

using std::to_string;
constexpr int kProcesses = 2;
constexpr int kThreadsOfFlask = 128;  // per process; more than any row has streams for it
constexpr std::chrono::seconds kStartLimit{60};
const std::string kSources = test::sourceFolder() + "/tests/bench/relays";

std::string openFiles() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return to_string(limit.rlim_cur);
}

std::vector<std::string> gunicornArguments(const std::string& name, const std::string& socket) {
    std::vector<std::string> arguments{
        "--chdir",   kSources, "--bind",      "unix:" + socket, "--workers",     to_string(kProcesses),
        "--backlog", "4096",   "--log-level", "warning",        "--worker-class"};
    if (name == "flask")
        arguments.insert(arguments.end(), {"gthread", "--threads", to_string(kThreadsOfFlask)});
    else
        arguments.push_back("aiohttp.GunicornWebWorker");
    arguments.insert(arguments.end(), {"--graceful-timeout", "1", name + "_relay:app"});
    return arguments;
}

}  // namespace

Relay::Relay(Way way, const std::string& socket, const std::string& url, std::uint16_t httpPort)
    : socket_(socket), process_(command(way, url, httpPort)) {
    awaitSocket();
}

test::Command Relay::command(Way way, const std::string& url, std::uint16_t httpPort) const {
    test::Command command;
    command.output = folder_.file("output");
    if (way == Way::twoHops) {
        test::fillTemplate(kSources + "/nginx_relay.conf.in", folder_.file("nginx.conf"),
                           {{"FOLDER", folder_.path()},
                            {"SOCKET", socket_},
                            {"DESCRIPTORS", openFiles()},
                            {"UPSTREAM_PORT", to_string(httpPort)}});
        command.program = "nginx";
        command.arguments = {"-e", "stderr", "-c", folder_.file("nginx.conf")};
        if (geteuid() == 0) command.arguments.insert(command.arguments.end(), {"-g", "user root;"});
        return command;
    }
    command.program = "gunicorn";
    command.arguments = gunicornArguments(way == Way::flask ? "flask" : "aiohttp", socket_);
    command.environment = {{"UPSTREAM_URL", url}, {"PYTHONDONTWRITEBYTECODE", "1"}};
    return command;
}

void Relay::awaitSocket() {
    const auto accepts = [this] {
        try {
            const Poco::Net::StreamSocket probe(Poco::Net::SocketAddress{socket_});
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    };
    const auto isReady = [&] { return childrenOf(process_.pid()).size() >= std::size_t(kProcesses) && accepts(); };
    await("the start of a relay", kStartLimit, [&] { return isReady() || !process_.isRunning(); });
    if (!process_.isRunning())
        throw std::runtime_error("a relay to compare with did not start (packages of nginx/packages.sh missing?): " +
                                 test::readFile(folder_.file("output")));
}

Pids Relay::processes() const {
    Pids all = childrenOf(process_.pid());
    all.push_back(process_.pid());
    return all;
}

}  // namespace aiproject::bench
