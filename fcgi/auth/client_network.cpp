#include "auth/client_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

namespace aiproject {
namespace {

constexpr std::size_t kCustomerBits[] = {64, 56, 48};  // of an IPv6 address: what providers hand out
constexpr std::size_t kIPv4At = 12;                    // in a mapped address

std::string textOf(int family, const void* address) {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, address, text, sizeof text);
}

}  // namespace

std::vector<std::string> networksOf(const std::string& address) {
    in_addr four{};
    if (inet_pton(AF_INET, address.c_str(), &four) == 1) return {textOf(AF_INET, &four)};
    in6_addr six{};
    if (inet_pton(AF_INET6, address.c_str(), &six) != 1) return {};
    if (IN6_IS_ADDR_V4MAPPED(&six)) return {textOf(AF_INET, six.s6_addr + kIPv4At)};
    std::vector<std::string> networks;
    for (const std::size_t bits : kCustomerBits) {
        std::fill(std::begin(six.s6_addr) + bits / 8, std::end(six.s6_addr), 0);
        networks.push_back(textOf(AF_INET6, &six) + "/" + std::to_string(bits));
    }
    return networks;
}

std::string networkOf(const std::string& address) {
    const auto networks = networksOf(address);
    return networks.empty() ? "" : networks.front();
}

std::string widestNetworkOf(const std::string& address) {
    const auto networks = networksOf(address);
    return networks.empty() ? "" : networks.back();
}

}  // namespace aiproject
