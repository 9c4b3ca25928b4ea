#include "upstream/tls_sessions.h"

#include <ctime>
#include <memory>
#include <mutex>

namespace aiproject::outbound {
namespace {

constexpr long kLongestUseSeconds = 600;

class LatestSession {  // belongs to the SSL_CTX, so it lives as long as the last connection of it
public:
    void keep(TlsSession session) {
        const std::lock_guard lock(mutex_);
        session_ = std::move(session);
    }
    TlsSession copy() {
        const std::lock_guard lock(mutex_);
        if (!session_ || std::time(nullptr) - SSL_SESSION_get_time(session_.get()) > kLongestUseSeconds) return {};
        return TlsSession(SSL_SESSION_is_resumable(session_.get()) == 1 ? SSL_SESSION_dup(session_.get()) : nullptr);
    }

private:
    std::mutex mutex_;
    TlsSession session_;  // guarded by mutex_
};

void freeLatest(void* /*parent*/, void* latest, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*number*/,
                void* /*argument*/) {
    delete static_cast<LatestSession*>(latest);
}

int indexInContext() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &freeLatest);
    return index;
}

LatestSession* latestOf(const SSL_CTX* context) {
    return static_cast<LatestSession*>(SSL_CTX_get_ex_data(context, indexInContext()));
}

// OpenSSL's callback; 0: the connection keeps its session. Only copies go in and out, since OpenSSL changes a
// session when its connection ends badly, and has no lock for that.
int keepSession(SSL* connection, SSL_SESSION* session) noexcept {
    // A resumed connection gets tickets too, which would make one look at a certificate last for ever.
    if (SSL_session_reused(connection) == 0)
        latestOf(SSL_get_SSL_CTX(connection))->keep(TlsSession(SSL_SESSION_dup(session)));
    return 0;
}

}  // namespace

void rememberTlsSessions(SSL_CTX* context) {
    auto latest = std::make_unique<LatestSession>();
    if (SSL_CTX_set_ex_data(context, indexInContext(), latest.get()) != 1) return;
    static_cast<void>(latest.release());  // freeLatest() has it now
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &keepSession);
}

TlsSession rememberedTlsSession(const SSL_CTX* context) {
    LatestSession* const latest = latestOf(context);
    return latest ? latest->copy() : nullptr;
}

}  // namespace aiproject::outbound
