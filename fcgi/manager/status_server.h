// status.socket, where nginx asks for /metrics and /status, as php-fpm's pm.status_listen: answered by the manager in
// its own loop, so also when no worker takes a request. Waits for nobody: a request that has not come in time, or an
// answer that is not taken in time, costs its connection, as does one more than kMostClients the oldest. Nor does it
// keep its process from other work: it makes no more than kMostPages in a row, and rests when it has no descriptor
// left.
#pragma once

#include "front/fastcgi_exchange.h"
#include "front/incoming.h"
#include "manager/listening_socket.h"

#include <poll.h>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace aiproject {

struct StatusPage {
    ResponseHead head;
    std::string body;
};

class StatusServer {
public:
    using Answer = std::function<StatusPage(const Request&)>;
    static constexpr std::size_t kMostClients = 64;
    static constexpr int kMostPages = 4;

    // Throws when the socket cannot be had. Signals that libfcgi would take are blocked.
    StatusServer(const std::string& path, Answer answer);
    // The one that another program has had until now.
    StatusServer(const HandedSocket& handed, Answer answer);
    HandedSocket handDownSocket() const { return socket_.handDown(); }
    bool isIdle() const noexcept { return clients_.empty(); }
    // Listens there from now on. Throws as the constructor does, and then nothing has changed.
    void moveTo(const std::string& path);

    // Adds what makes serve() worth a call.
    void addTo(std::vector<pollfd>& watched) const;
    // Does what can be done without waiting.
    void serve();

private:
    using Clock = std::chrono::steady_clock;
    struct Client {
        Incoming incoming;
        std::unique_ptr<FastcgiExchange> exchange = {};  // once its request has come
        Clock::time_point until = {};
    };

    void acceptAll();
    bool goesOn(Client& client, int& pages) const;
    void answer(Client& client) const;

    const Answer answer_;
    ListeningSocket socket_;
    std::list<Client> clients_;  // the oldest in front
    Clock::time_point restsUntil_;
};

}  // namespace aiproject
