// What all calls of one model share. From any thread.
#pragma once

#include "iflytek/core/core_settings.h"
#include "iflytek/core/signed_url.h"
#include "upstream/http_question.h"
#include "upstream/kept_links.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace aiproject::iflytek {

class SignedService {
public:
    explicit SignedService(Upstream upstream);

    SignedRequest signedNow() const;
    std::string headFor(const ModelRequest& asked, const SignedRequest& request, std::size_t bodyBytes) const;

    struct Refused {
        int status;
        std::string body, date;  // of the answer
        SignedRequest request;
        bool isAskedAgain;
    };
    // Where our clock is refused and the answer says another time, the next questions are signed with that, and this
    // one is `stale` unless it was asked again already.
    [[noreturn]] void fail(const Refused& refused) const;

    const std::shared_ptr<outbound::KeptLinks>& links() const { return links_; }

private:
    const Upstream upstream_;
    const std::shared_ptr<outbound::KeptLinks> links_;
    mutable std::atomic<std::int64_t> clockOffset_{0};  // seconds; until that is refused as well
};

}  // namespace aiproject::iflytek
