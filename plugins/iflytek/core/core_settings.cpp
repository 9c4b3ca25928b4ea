#include "iflytek/core/core_settings.h"

#include <algorithm>

namespace aiproject::iflytek {
namespace {

// A quote or a line break would change the authorization it is put into.
bool isKey(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~' && c != '"'; });
}

bool takeKey(const ISettings& settings, const char* name, std::string& key) {
    key = settingText(settings, name);
    if (isKey(key)) return true;
    settings.reject(name, "must be visible ASCII characters without quotes, as the console shows it");
    return false;
}

}  // namespace

std::optional<Upstream> upstreamOf(const ISettings& settings, const std::string& url, outbound::Protocol protocol) {
    // Every fault is named at once, so each part is looked at whatever the others say.
    auto peer = outbound::peerOf(settings, url, protocol);
    Upstream upstream;
    bool usable = peer.has_value();
    usable &= takeKey(settings, "app_id", upstream.credentials.appId);
    usable &= takeKey(settings, "api_key", upstream.credentials.apiKey);
    usable &= takeKey(settings, "api_secret", upstream.credentials.apiSecret);
    upstream.warm.connections = static_cast<std::size_t>(settings.integer("warm_connections"));
    upstream.warm.ttl = std::chrono::seconds(settings.integer("warm_ttl_s"));
    if (!usable) return std::nullopt;
    if (peer->endpoint.isLoopback()) settings.origin("local: a stand-in for iFlytek");
    upstream.peer = std::move(*peer);
    return upstream;
}

}  // namespace aiproject::iflytek
