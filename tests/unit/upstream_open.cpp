// What an opening says that fails before there is a connection.
#include "upstream/open.h"

#include "aiproject/testing.h"
#include "base/sanitized.h"
#include "support/no_descriptors.h"
#include "support/spec.h"
#include "support/time_factor.h"
#include "unit/expect.h"

#include <string>

using namespace aiproject;
using namespace aiproject::outbound;
using namespace aiproject::test;

namespace {

struct Opening : CppUnit::TestCase {
    testing::Reply reply;
    const Timeouts timeouts = [] {
        const auto ms = std::uint32_t(20'000 * timeFactor());
        return Timeouts{ms, ms, ms, ms};
    }();

    CallFailure failureOf(const std::string& host) {
        Peer peer;
        peer.endpoint = {Transport::plain, host, 9, "/", Protocol::http};
        Deadlines deadlines(reply, timeouts, "the upstream");
        try {
            openLink(peer, deadlines);
        } catch (const CallFailure& failure) {
            return failure;
        }
        throw std::logic_error("it was opened");
    }
};

}  // namespace

SPEC(Opening, blames_no_upstream_where_no_descriptor_is_left) {
    if (kIsSanitized) return;  // to check an object's type they need a pipe, and take its lack for a wrong object
    for (const char* host : {"127.0.0.1", "no-such-host.invalid"}) {
        const NoDescriptors none;
        const CallFailure failure = failureOf(host);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(failure.what(), int(ModelStatus::busy), int(failure.status()));
        assertSays(failure.what(), "no descriptor is left");
    }
}

SPEC(Opening, names_the_host_that_cannot_be_resolved) {
    const CallFailure failure = failureOf("no-such-host.invalid");
    CPPUNIT_ASSERT_EQUAL(int(ModelStatus::unavailable), int(failure.status()));
    assertSays(failure.what(), "cannot resolve no-such-host.invalid");
}
