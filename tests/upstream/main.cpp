// upstream-simulator: the simulator as a program, for trials by hand and end-to-end tests.
#include "upstream/program_options.h"
#include "upstream/simulator.h"

#include <Poco/Exception.h>

#include <sys/resource.h>
#include <unistd.h>
#include <csignal>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace {

using namespace aiproject::upstream;

// Before any thread starts, so that all inherit it and only waitForSignal() sees the signals.
sigset_t blockSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

void allowManyConnections() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Who waits for the file never sees half of it.
void writeReadyFile(const std::string& path, std::uint16_t port) {
    const std::string draft = path + "." + std::to_string(::getpid());
    std::ofstream file(draft);
    file << port << '\n';
    file.close();
    if (!file || std::rename(draft.c_str(), path.c_str()) != 0)
        throw std::runtime_error("ready_file: cannot write " + path);
}

void serve(const ProgramOptions& options, const sigset_t& signals) {
    allowManyConnections();
    const Simulator simulator(options.simulator);
    std::cout << "This is a simulator, not iFlytek's service.\n" << simulator.url("") << std::endl;
    if (!options.readyFile.empty()) writeReadyFile(options.readyFile, simulator.port());
    int signal = 0;
    sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto signals = blockSignals();
        const auto options = readProgramOptions({argv + 1, argv + argc});
        if (options.help)
            std::cout << programHelp();
        else
            serve(options, signals);
        return 0;
    } catch (const Poco::Exception& e) {
        std::cerr << "upstream-simulator: " << e.displayText() << '\n';
    } catch (const std::exception& e) {
        std::cerr << "upstream-simulator: " << e.what() << '\n';
    }
    return 1;
}
