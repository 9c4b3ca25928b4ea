// One POST to the collector at a time: a connection for each, without blocking, within one time for all of it (but for
// the name resolution, whose end is the resolver's), and ended by cancel() at any moment. An answer is read as far as
// its status.
//
// ERRORS   std::runtime_error says why it was not taken, or from the constructor that there is no descriptor.
// THREADS  post() is one thread's; cancel() may come from another, once, and counts for all that follows.
#pragma once

#include "base/file_descriptor.h"
#include "base/own_descriptor.h"
#include "config/collector_url.h"

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace aiproject {

class Collector {
public:
    using Clock = std::chrono::steady_clock;

    // https: the certificate is verified by the system's CAs, and by its names.
    explicit Collector(CollectorUrl url, const std::vector<HeaderField>& headers);

    void post(const std::string& json, Clock::time_point until);
    void cancel() noexcept;
    const CollectorUrl& url() const noexcept { return url_; }

private:
    struct FreeContext {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };

    const CollectorUrl url_;
    const std::string headLines_;     // of the headers
    const FileDescriptor cancelled_;  // an eventfd, readable from cancel() on
    const OwnDescriptor ownCancelled_;
    const std::unique_ptr<SSL_CTX, FreeContext> tls_;  // null: http
};

}  // namespace aiproject
