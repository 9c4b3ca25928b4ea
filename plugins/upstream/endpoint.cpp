#include "upstream/endpoint.h"

#include "upstream/tls_sessions.h"

#include <Poco/Net/IPAddress.h>
#include <Poco/Net/SSLException.h>
#include <Poco/URI.h>
#include <openssl/ssl.h>

#include <cstdlib>

namespace aiproject::outbound {
namespace {

std::string schemeOf(Protocol protocol, Transport transport) {
    const std::string plain = protocol == Protocol::http ? "http" : "ws";
    return transport == Transport::tls ? plain + "s" : plain;
}

// The folder, not the bundle beside it: OpenSSL reads a CA from there when a certificate names it, while a bundle
// is parsed as a whole, here and for each model, and takes 0.9 MB each.
void trustSystem(SSL_CTX* context) {
    if (SSL_CTX_set_default_verify_dir(context) != 1) throw Poco::Net::SSLContextException("no folder of CAs");
    // An operator who names a bundle wants that one.
    if (std::getenv(X509_get_default_cert_file_env()) && SSL_CTX_set_default_verify_file(context) != 1)
        throw Poco::Net::SSLContextException("SSL_CERT_FILE cannot be read");
}

Poco::Net::Context::Ptr makeTls(const std::string& caFile, Poco::Net::Context::VerificationMode verification) {
    using Poco::Net::Context;
    constexpr int depth = 9;
    // All arguments, or Poco's own choice of ciphers would be the last.
    Context::Ptr context =
        new Context(Context::TLS_CLIENT_USE, caFile, verification, depth, false, "HIGH:!aNULL:!eNULL:!MD5:!RC4:!3DES");
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    // OpenSSL's own order. Poco's begins with X448, which costs ten times as much, also on a resumed connection.
    if (SSL_CTX_set1_groups_list(context->sslContext(), "X25519:P-256:X448:P-521:P-384") != 1)
        throw Poco::Net::SSLContextException("no groups for the key exchange");
    rememberTlsSessions(context->sslContext());
    if (caFile.empty() && verification != Context::VERIFY_NONE) trustSystem(context->sslContext());
    return context;
}

bool takeTls(const ISettings& settings, bool verifies, Peer& peer) {
    const std::string caFile = settingText(settings, "tls.ca_file");
    peer.trust = caFile.empty() ? "the system's CAs" : "tls.ca_file " + caFile;
    try {
        peer.tls = makeTls(caFile, verifies ? Poco::Net::Context::VERIFY_STRICT : Poco::Net::Context::VERIFY_NONE);
        return true;
    } catch (const Poco::Exception& e) {
        settings.reject("tls.ca_file", std::string_view("cannot be used: " + e.displayText()));
        return false;
    }
}

bool takeEndpoint(const ISettings& settings, const std::string& url, bool verifies, Endpoint& endpoint) {
    std::string reason;
    const Protocol protocol = endpoint.protocol;
    const auto parsed = endpointOf(url, reason, protocol);
    if (!parsed) {
        settings.reject("url", std::string_view(reason));
        return false;
    }
    endpoint = *parsed;
    if (endpoint.transport == Transport::tls || !verifies || endpoint.isLoopback()) return true;
    settings.reject("url", std::string_view("plain " + schemeOf(protocol, Transport::plain) +
                                            ":// would send keys and content in the clear, and is only taken for a "
                                            "loopback host; use " +
                                            schemeOf(protocol, Transport::tls) + "://, or set tls.verify = none"));
    return false;
}

}  // namespace

std::string settingText(const ISettings& settings, const char* name) {
    return std::string(std::string_view(settings.text(name)));
}

std::string Endpoint::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (transport == Transport::tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::string Endpoint::url() const { return schemeOf(protocol, transport) + "://" + authority() + path; }

bool Endpoint::isLoopback() const {
    Poco::Net::IPAddress address;
    return host == "localhost" || (Poco::Net::IPAddress::tryParse(host, address) && address.isLoopback());
}

std::optional<Endpoint> endpointOf(const std::string& url, std::string& reason, Protocol protocol) {
    const std::string plain = schemeOf(protocol, Transport::plain), secure = schemeOf(protocol, Transport::tls);
    try {
        const Poco::URI uri(url);
        const bool isTls = uri.getScheme() == secure;
        if (!isTls && uri.getScheme() != plain)
            reason = "must begin with " + secure + ":// (or " + plain + ":// for a loopback host)";
        else if (uri.getHost().empty())
            reason = "has no host";
        else if (!uri.getUserInfo().empty() || !uri.getRawQuery().empty() || !uri.getFragment().empty())
            reason = "must be " + secure + "://HOST[:PORT]/PATH without user, query and fragment";
        else if (url.find_first_of("% \r\n") != std::string::npos)
            reason = "must not have blanks or %-escapes";
        if (!reason.empty()) return std::nullopt;
        const auto standard = static_cast<std::uint16_t>(isTls ? 443 : 80);
        return Endpoint{isTls ? Transport::tls : Transport::plain, uri.getHost(),
                        uri.getPort() == 0 ? standard : uri.getPort(), uri.getPath().empty() ? "/" : uri.getPath(),
                        protocol};
    } catch (const Poco::Exception&) {
        reason = "is not a URL";
        return std::nullopt;
    }
}

std::optional<Peer> peerOf(const ISettings& settings, const std::string& defaultUrl, Protocol protocol) {
    const bool verifies = settingText(settings, "tls.verify") != "none";
    const std::string written = settingText(settings, "url");
    Peer peer;
    peer.endpoint.protocol = protocol;
    bool usable = takeEndpoint(settings, written.empty() ? defaultUrl : written, verifies, peer.endpoint);
    if (peer.endpoint.transport == Transport::tls) usable &= takeTls(settings, verifies, peer);
    if (!verifies) settings.warn("tls.verify", "none: any server that answers in the upstream's place is believed");
    if (!usable) return std::nullopt;
    return peer;
}

}  // namespace aiproject::outbound
