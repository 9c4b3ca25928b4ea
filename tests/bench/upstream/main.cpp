// bench_upstream: Spark chat over ws:// and wss://, and the same frames over HTTP, as fast as one thread can.
#include "bench/common/options.h"
#include "bench/common/process.h"
#include "bench/upstream/http_conversation.h"
#include "bench/upstream/listener.h"
#include "bench/upstream/websocket_conversation.h"

#include <cstdlib>
#include <iostream>

using namespace aiproject;
using namespace aiproject::bench;

int main(int argc, char** argv) try {
    const Options options(argc, argv, {"--certificate", "--key", "--step-delay-ms"});
    const TlsContext tls = serverContext(options.text("--certificate"), options.text("--key"));
    const std::chrono::milliseconds delay(options.number("--step-delay-ms", {0, 60'000}, 0));

    prepareProcess();
    EventLoop loop;
    const StopSignal stop(loop);
    const Listener ws(loop, [&](FileDescriptor socket) {
        return std::make_unique<WebSocketConversation>(loop, Link(std::move(socket), nullptr), delay);
    });
    const Listener wss(loop, [&](FileDescriptor socket) {
        return std::make_unique<WebSocketConversation>(loop, Link(std::move(socket), tls.get()), delay);
    });
    const Listener http(loop, [&](FileDescriptor socket) {
        return std::make_unique<HttpConversation>(loop, Link(std::move(socket), nullptr), delay);
    });
    std::cout << "ready ws=" << ws.port() << " wss=" << wss.port() << " http=" << http.port() << std::endl;

    loop.run();
    return EXIT_SUCCESS;
} catch (const std::exception& e) {
    std::cerr << "bench_upstream: " << e.what() << '\n';
    return EXIT_FAILURE;
}
