// The service behind aiproject/http.h: its URL, whom to trust, TLS. Plugins include aiproject/http.h.
//
// TLS is there where AIPROJECT_HTTP_TLS is defined for all sources of the plugin, which then links with -lssl -lcrypto
// (OpenSSL 3). Certificates are verified by the system's CAs or a file, host names by subject alternative names alone.
#pragma once

#include "aiproject/redaction.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#if defined(AIPROJECT_HTTP_TLS)
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#endif

namespace aiproject::http {

struct Url {
    std::string authority() const {
        const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
        return port == (isTls ? 443 : 80) ? name : name + ":" + std::to_string(port);
    }
    bool isAddress() const noexcept {
        in6_addr any{};
        return ::inet_pton(AF_INET, host.c_str(), &any) == 1 || ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
    }
    bool isLoopback() const noexcept {
        in_addr v4{};
        const bool isV4 = ::inet_pton(AF_INET, host.c_str(), &v4) == 1;
        return host == "localhost" || host == "::1" || (isV4 && ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET);
    }

    bool isTls = true;
    std::string host;  // without brackets
    std::uint16_t port = 0;
    std::string path;  // begins with a slash; may have a query
};

// "https://host[:port]/path". Nothing: `fault` says why, as the end of a sentence about the URL.
inline std::optional<Url> urlOf(std::string_view text, std::string& fault) {
    constexpr std::string_view secure = "https://", plain = "http://";
    Url url;
    url.isTls = text.substr(0, secure.size()) == secure;
    const auto refuse = [&](const char* reason) {
        fault = reason;
        return std::nullopt;
    };
    if (!url.isTls && text.substr(0, plain.size()) != plain) return refuse("must begin with https:// or http://");
    for (const char c : text)
        if (c <= ' ' || c > '~') return refuse("must not have blanks or characters outside ASCII");
    text.remove_prefix(url.isTls ? secure.size() : plain.size());
    std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    url.path = text.substr(authority.size());
    if (url.path.find('#') != std::string::npos) return refuse("must not have a fragment");
    if (url.path.empty() || url.path.front() != '/') url.path.insert(0, 1, '/');
    if (authority.find('@') != std::string_view::npos) return refuse("must not have a user; keys are settings");
    const bool isV6 = !authority.empty() && authority.front() == '[';
    const std::size_t hostEnd = isV6 ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (hostEnd == std::string_view::npos) return refuse("has a host without its ]");
    url.host = authority.substr(isV6 ? 1 : 0, hostEnd - (isV6 ? 1 : 0));
    if (url.host.empty()) return refuse("has no host");
    authority.remove_prefix(hostEnd + (isV6 ? 1 : 0));
    url.port = url.isTls ? 443 : 80;
    if (authority.empty()) return url;
    const char* const end = authority.data() + authority.size();
    const auto [behind, error] = std::from_chars(authority.data() + 1, end, url.port);
    if (authority.front() != ':' || error != std::errc() || behind != end || url.port == 0)
        return refuse("has a port that is not one");
    return url;
}

struct Trust {
    std::string caFile = {};  // PEM; empty: the system's CAs
    bool verifies = true;     // false: any server is believed, and plain http:// may leave this machine
};

namespace detail {

#if defined(AIPROJECT_HTTP_TLS)
struct TlsEnding {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(SSL* state) const noexcept { SSL_free(state); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsEnding>;

// Nothing: `fault` says why.
inline TlsContext tlsContextOf(const Trust& trust, std::string& fault) {
    TlsContext context(SSL_CTX_new(TLS_client_method()));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
        fault = "TLS cannot be set up";
        return nullptr;
    }
    SSL_CTX_set_verify(context.get(), trust.verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    // The folder of the system's CAs, in which OpenSSL finds the one that it needs, and not the bundle beside it, which
    // each model would read and keep as a whole.
    const bool isTaken = trust.caFile.empty() ? SSL_CTX_set_default_verify_dir(context.get()) == 1 &&
                                                    (!std::getenv(X509_get_default_cert_file_env()) ||
                                                     SSL_CTX_set_default_verify_file(context.get()) == 1)
                                              : SSL_CTX_load_verify_file(context.get(), trust.caFile.c_str()) == 1;
    ERR_clear_error();
    if (isTaken || !trust.verifies) return context;
    fault = trust.caFile.empty() ? "the system's CAs cannot be read" : "its CA file cannot be read: " + trust.caFile;
    return nullptr;
}
#endif

}  // namespace detail

// What is known of a service: one for each model, which all its calls share.
class Service {
public:
    // Nothing: `fault` says what is wrong with the URL or the CA file, for ISettings::reject().
    static std::shared_ptr<Service> make(std::string_view url, const Trust& trust, std::string& fault) {
        const std::optional<Url> parsed = urlOf(url, fault);
        if (!parsed) return nullptr;
        auto service = std::make_shared<Service>();
        service->url = *parsed;
        if (!parsed->isTls && trust.verifies && !parsed->isLoopback()) {
            fault = "plain http:// would send keys and content in the clear, and is only taken for this machine";
            return nullptr;
        }
#if defined(AIPROJECT_HTTP_TLS)
        if (parsed->isTls && !(service->tls = detail::tlsContextOf(trust, fault))) return nullptr;
        service->verifies = trust.verifies;
#else
        if (parsed->isTls) {
            fault = "https:// needs a plugin that is compiled with -DAIPROJECT_HTTP_TLS and linked with -lssl -lcrypto";
            return nullptr;
        }
#endif
        return service;
    }

    Url url;
    // add() the key: http::Call and http::Stream then take it out of what they explain() and advise(), such as an error
    // of the service that repeats it. What the plugin itself tells the reply they do not see: secrets.applied() is for
    // it.
    Redaction secrets;
#if defined(AIPROJECT_HTTP_TLS)
    detail::TlsContext tls;
    bool verifies = true;
#endif
};

}  // namespace aiproject::http
