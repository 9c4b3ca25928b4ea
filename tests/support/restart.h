// An upstream that goes away and comes back.
#pragma once

#include "support/eventually.h"
#include "upstream/simulator.h"

#include <Poco/Exception.h>

#include <memory>

namespace aiproject::test {

// Ends the one there is, if any, and starts another on the port that the options name: that of the one before it, which
// a client's connection may have taken for the moment.
inline void restart(std::unique_ptr<upstream::Simulator>& simulator, const upstream::Options& options) {
    simulator.reset();
    const auto isBack = [&] {
        try {
            simulator = std::make_unique<upstream::Simulator>(options);
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    };
    ASSERT_EVENTUALLY(isBack());
}

}  // namespace aiproject::test
