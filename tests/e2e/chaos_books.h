// The ledger of a site against what its clients have seen.
#pragma once

#include <Poco/Data/Session.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "support/worker_under_test.h"

namespace aiproject::test {

class ChaosBooks {
public:
    explicit ChaosBooks(const Installation& installation);

    // No reservation, nothing held, no bill that waits.
    bool areClosed();
    // Each answer (by request id; tokens, -1: none were said) has one complete row that says the same, and
    // granted - sum(charged) is what each user has left.
    void assertAgree(const std::map<std::string, std::int64_t>& answers, std::int64_t granted);

private:
    std::int64_t number(const std::string& query);

    const std::string spool_;
    Poco::Data::Session session_;
};

}  // namespace aiproject::test
