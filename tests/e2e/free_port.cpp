#include "e2e/free_port.h"

#include "support/eventually.h"
#include "support/temp_dir.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <stdexcept>

namespace aiproject::test {

std::uint16_t freePort() {
    const Poco::Net::ServerSocket probe(Poco::Net::SocketAddress("127.0.0.1", 0));
    return probe.address().port();
}

bool accepts(std::uint16_t port) {
    try {
        const Poco::Net::StreamSocket probe(Poco::Net::SocketAddress("127.0.0.1", port));
        return true;
    } catch (const Poco::Exception&) {
        return false;
    }
}

std::unique_ptr<ChildProcess> startOnFreePort(const std::function<Command(std::uint16_t)>& commandAt,
                                              const std::function<bool()>& serves) {
    constexpr int attempts = 5;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const Command command = commandAt(freePort());
        auto process = std::make_unique<ChildProcess>(command);
        eventually([&] { return !process->isRunning() || serves(); });
        if (process->isRunning() && holds(serves)) return process;
        const std::string words = readFile(command.output);
        if (words.find("ddress already in use") == std::string::npos)
            throw std::runtime_error(command.program + " did not start: " + words);
    }
    throw std::runtime_error("no port was free for long enough");
}

}  // namespace aiproject::test
