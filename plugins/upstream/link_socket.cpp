#include "upstream/link_socket.h"

#include <Poco/Net/NetException.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace aiproject::outbound {
namespace {

// Poco's sessions know its own exceptions alone.
template <class Work>
auto translated(Work&& work) {
    try {
        return work();
    } catch (const LinkFault& fault) {
        throw Poco::Net::NetException(fault.what());
    }
}

}  // namespace

LinkSocket::LinkSocket(Link link, const Patience& patience)
    : StreamSocketImpl(link.descriptor()), link_(std::move(link)), patience_(patience) {}

LinkSocket::~LinkSocket() {
    reset();  // or the base would close a descriptor that is not its own
}

int LinkSocket::receiveBytes(void* buffer, int length, int /*flags*/) {
    auto* const to = static_cast<char*>(buffer);
    std::size_t got = std::min(rest_.size(), std::size_t(length));
    std::memcpy(to, rest_.data(), got);
    rest_.erase(0, got);
    if (got == 0) got = translated([&] { return receiveSome(link_, to, std::size_t(length), patience_); });
    const std::size_t taken = upToEmptyLine({to, got});
    rest_.insert(0, to + taken, got - taken);
    return int(taken);
}

std::size_t LinkSocket::upToEmptyLine(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n' && std::exchange(isLineEmpty_, true)) return i + 1;
        if (bytes[i] != '\n' && bytes[i] != '\r') isLineEmpty_ = false;
    }
    return bytes.size();
}

int LinkSocket::sendBytes(const void* buffer, int length, int /*flags*/) {
    translated([&] { sendAll(link_, {static_cast<const char*>(buffer), std::size_t(length)}, patience_); });
    return length;
}

}  // namespace aiproject::outbound
