#include "manager/status_server.h"

#include <cerrno>
#include <utility>

namespace aiproject {
namespace {

constexpr int kBacklog = 64;
constexpr std::chrono::seconds kTimeToAsk{2}, kTimeToTake{5};
constexpr std::chrono::seconds kRest{1};
constexpr std::uint64_t kMostBody = 4096;  // of a request that has no need of one

}  // namespace

StatusServer::StatusServer(const std::string& path, Answer answer)
    : answer_(std::move(answer)), socket_({path, SOCK_STREAM | SOCK_NONBLOCK, 0660}, kBacklog) {
    FastcgiExchange::prepare();
}

StatusServer::StatusServer(const HandedSocket& handed, Answer answer) : answer_(std::move(answer)), socket_(handed) {
    FastcgiExchange::prepare();
}

void StatusServer::moveTo(const std::string& path) {
    if (path == socket_.path()) return;
    ListeningSocket next({path, SOCK_STREAM | SOCK_NONBLOCK, 0660}, kBacklog);
    socket_.close();
    socket_ = std::move(next);
}

void StatusServer::addTo(std::vector<pollfd>& watched) const {
    watched.push_back({socket_.descriptor(), Clock::now() < restsUntil_ ? short(0) : short(POLLIN), 0});
    for (const Client& client : clients_) {
        if (client.exchange)
            watched.push_back({client.exchange->clientDescriptor(), POLLOUT, 0});
        else
            watched.push_back({client.incoming.connection.get(), POLLIN, 0});
    }
}

void StatusServer::serve() {
    acceptAll();
    int pages = kMostPages;
    for (auto client = clients_.begin(); client != clients_.end();)
        client = goesOn(*client, pages) ? std::next(client) : clients_.erase(client);
}

void StatusServer::acceptAll() {
    if (Clock::now() < restsUntil_) return;
    for (std::size_t i = 0; i < kMostClients; ++i) {  // then the loop has other things to do
        FileDescriptor connection(accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS))
            restsUntil_ = Clock::now() + kRest;  // what cannot be accepted stays readable
        if (!connection) return;
        if (clients_.size() >= kMostClients) clients_.pop_front();
        clients_.push_back({Incoming(std::move(connection), kMostBody)});
        clients_.back().until = Clock::now() + kTimeToAsk;
    }
}

// False: it is done with, in one way or the other.
bool StatusServer::goesOn(Client& client, int& pages) const {
    if (!client.exchange) {
        const Incoming::End end = client.incoming.read();
        if (end == Incoming::End::none) return Clock::now() < client.until;
        if (end != Incoming::End::whole) return false;
        if (pages == 0) return true;  // the next time
        --pages;
        answer(client);
    }
    return client.exchange && client.exchange->sendUnsent() && client.exchange->unsent() > 0 &&
           Clock::now() < client.until;
}

void StatusServer::answer(Client& client) const {
    try {
        client.exchange = FastcgiExchange::toRefuse(std::move(client.incoming));
        if (!client.exchange) return;
        client.until = Clock::now() + kTimeToTake;
        const StatusPage page = answer_(client.exchange->request());
        client.exchange->start(page.head);
        client.exchange->write(page.body);
        client.exchange->end();
    } catch (const std::exception&) {  // no memory or descriptor: this one sees its connection break
        if (client.exchange) client.exchange->abandon();
        client.exchange.reset();
    }
}

}  // namespace aiproject
