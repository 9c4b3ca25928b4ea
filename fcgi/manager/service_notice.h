// What systemd, or another service manager, hears of this one: the datagrams of sd_notify(3) to $NOTIFY_SOCKET, for a
// unit of Type=notify. Without that variable nothing is sent. Never waits, and no failure disturbs anything.
#pragma once

#include <string>

namespace aiproject {

class ServiceNotice {
public:
    // The variable is no other process's from now on: a plugin could end the service's start, or its life.
    ServiceNotice();
    explicit ServiceNotice(std::string socket) : socket_(std::move(socket)) {}

    const std::string& socket() const noexcept { return socket_; }  // empty: nobody listens

    // All pools serve, for the first time or again after a reload; `status` is for people.
    void ready(const std::string& status) const;
    void reloading() const;
    void stopping() const;
    void status(const std::string& text) const;

private:
    void send(const std::string& message) const;

    std::string socket_;
};

}  // namespace aiproject
