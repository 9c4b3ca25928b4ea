// Who counts as one client among the addresses.
#pragma once

#include <string>

namespace aiproject {

// An IPv4 address as it is; of an IPv6 address its /64, which one customer has whole ("2001:db8:1:2::/64"). Empty
// for what is no address, such as nginx's "unix:": what stands behind it is not known to be one client.
std::string networkOf(const std::string& address);

}  // namespace aiproject
