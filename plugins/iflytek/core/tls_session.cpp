#include "iflytek/core/tls_session.h"

#include <openssl/ssl.h>

#include <ctime>
#include <memory>
#include <mutex>

namespace aiproject::iflytek {
namespace {

using Poco::Net::Context;
using Poco::Net::Session;

constexpr long kLongestUseSeconds = 600;

struct FreeSession {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using OwnedSession = std::unique_ptr<SSL_SESSION, FreeSession>;

class LatestSession {  // belongs to the SSL_CTX, so it lives as long as the last connection of it
public:
    void keep(OwnedSession session) {
        const std::lock_guard lock(mutex_);
        session_ = std::move(session);
    }
    OwnedSession copy() {
        const std::lock_guard lock(mutex_);
        if (!session_ || std::time(nullptr) - SSL_SESSION_get_time(session_.get()) > kLongestUseSeconds) return {};
        return OwnedSession(SSL_SESSION_is_resumable(session_.get()) == 1 ? SSL_SESSION_dup(session_.get()) : nullptr);
    }

private:
    std::mutex mutex_;
    OwnedSession session_;  // guarded by mutex_
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
        latestOf(SSL_get_SSL_CTX(connection))->keep(OwnedSession(SSL_SESSION_dup(session)));
    return 0;
}

class PocoSession final : public Session {
public:
    explicit PocoSession(OwnedSession session) : Session(session.release()) {}
};

}  // namespace

void rememberTlsSessions(Context& context) {
    SSL_CTX* const raw = context.sslContext();
    auto latest = std::make_unique<LatestSession>();
    if (SSL_CTX_set_ex_data(raw, indexInContext(), latest.get()) != 1) return;
    static_cast<void>(latest.release());  // freeLatest() has it now
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(raw, &keepSession);
}

Session::Ptr rememberedTlsSession(const Context& context) {
    LatestSession* const latest = latestOf(context.sslContext());
    OwnedSession session = latest ? latest->copy() : nullptr;
    return session ? Session::Ptr(new PocoSession(std::move(session))) : Session::Ptr();
}

}  // namespace aiproject::iflytek
