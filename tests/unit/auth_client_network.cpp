#include "auth/client_network.h"

#include <cppunit/TestCase.h>

#include <string>
#include <vector>

#include "support/spec.h"

using namespace aiproject;
using namespace std::string_literals;

namespace {

struct ClientNetwork : CppUnit::TestCase {};

}  // namespace

SPEC(ClientNetwork, is_the_address_itself_in_IPv4) {
    CPPUNIT_ASSERT_EQUAL("192.0.2.1"s, networkOf("192.0.2.1"));
    CPPUNIT_ASSERT_EQUAL("192.0.2.1"s, networkOf("::ffff:192.0.2.1"));
}

SPEC(ClientNetwork, is_the_64_of_an_IPv6_address_however_it_is_written) {
    for (const std::string& address :
         {"2001:db8:1:2::1"s, "2001:db8:1:2:ffff:ffff:ffff:ffff"s, "2001:0DB8:0001:0002:0000:0000:0000:0009"s})
        CPPUNIT_ASSERT_EQUAL("2001:db8:1:2::/64"s, networkOf(address));
    CPPUNIT_ASSERT_EQUAL("2001:db8:1:3::/64"s, networkOf("2001:db8:1:3::1"));
    CPPUNIT_ASSERT_EQUAL("::/64"s, networkOf("::1"));
}

SPEC(ClientNetwork, is_nothing_for_what_is_no_address) {
    for (const std::string& text : {""s, "unix:"s, "localhost"s, "192.0.2"s, "192.0.2.1 "s, "2001:db8::1%eth0"s,
                                    "1.2.3.4, 5.6.7.8"s, std::string(100'000, ':')})
        CPPUNIT_ASSERT_EQUAL(""s, networkOf(text));
}

SPEC(ClientNetwork, has_wider_ones_around_it_in_IPv6) {
    const std::vector<std::string> expected{"2001:db8:1:23ff::/64", "2001:db8:1:2300::/56", "2001:db8:1::/48"};
    CPPUNIT_ASSERT(expected == networksOf("2001:db8:1:23ff::1"));
    CPPUNIT_ASSERT_EQUAL("2001:db8:1::/48"s, widestNetworkOf("2001:db8:1:9999::2"));
    CPPUNIT_ASSERT_EQUAL("192.0.2.1"s, widestNetworkOf("::ffff:192.0.2.1"));
    CPPUNIT_ASSERT(networksOf("192.0.2.1") == std::vector<std::string>{"192.0.2.1"});
    CPPUNIT_ASSERT(networksOf("unix:").empty() && widestNetworkOf("unix:").empty());
}
