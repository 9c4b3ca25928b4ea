// Who counts as one client among the addresses.
#pragma once

#include <string>
#include <vector>

namespace aiproject {

// An IPv4 address as it is; of an IPv6 address its /64, which one customer has whole ("2001:db8:1:2::/64"). Empty
// for what is no address, such as nginx's "unix:": what stands behind it is not known to be one client.
std::string networkOf(const std::string& address);

// The same and, of an IPv6 address, the networks around it that one customer may have too ("2001:db8:1::/56",
// "2001:db8:1::/48"), from narrow to wide. None for what is no address.
std::vector<std::string> networksOf(const std::string& address);

// The last of these.
std::string widestNetworkOf(const std::string& address);

}  // namespace aiproject
