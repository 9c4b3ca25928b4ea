// The settings every plugin of the family has, and what create() makes of them.
#pragma once

#include "aiproject/imodel.h"
#include "iflytek/core/signed_url.h"
#include "upstream/endpoint.h"
#include "upstream/idle_links.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>

namespace aiproject::iflytek {

using outbound::Endpoint;
using outbound::settingText;

// Where and as whom the calls of one model go. Constant after creation, shared by its threads.
struct Upstream {
    outbound::Peer peer;
    Credentials credentials;
    outbound::IdleSettings warm;
    std::function<std::time_t()> clock = [] { return std::time(nullptr); };
};

constexpr std::size_t kCoreSettingCount = 8;

struct CoreDefaults {
    const char* url;
    const char* warmTtl = "50";  // the services end a connection that asks nothing within 60 s
    outbound::Protocol protocol = outbound::Protocol::webSocket;
};

constexpr std::array<Setting, kCoreSettingCount> coreSettings(const CoreDefaults& defaults) {
    constexpr auto text = SettingType::text;
    constexpr auto integer = SettingType::integer;
    const bool isHttp = defaults.protocol == outbound::Protocol::http;
    return {{
        {"url", text, defaults.url, "", 0, 0, "", Secrecy::open,
         isHttp ? "https://HOST/PATH of the service" : "wss://HOST/PATH of the service; empty: the variant's own"},
        {"app_id", text, nullptr, "", 0, 0, "", Secrecy::open, "APPID of the iFlytek console"},
        {"api_key", text, nullptr, "", 0, 0, "", Secrecy::secret, "APIKey of the iFlytek console"},
        {"api_secret", text, nullptr, "", 0, 0, "", Secrecy::secret, "APISecret of the iFlytek console"},
        {"tls.ca_file", text, "", "", 0, 0, "", Secrecy::open, "CAs to believe; empty: the system's"},
        {"tls.verify", SettingType::choice, "strict", "", 0, 0, "strict|none", Secrecy::open,
         isHttp ? "none accepts any certificate, and plain http:// to any host"
                : "none accepts any certificate, and plain ws:// to any host"},
        {"warm_connections", integer, isHttp ? "8" : "0", "connections", 0, 64, "", Secrecy::open,
         isHttp ? "kept after an answer for the next questions, at most, per worker process"
                : "kept open for the next questions, per worker process"},
        {"warm_ttl_s", integer, defaults.warmTtl, "s", 1, 55, "", Secrecy::open,
         isHttp ? "a kept connection that was not used so long is closed"
                : "a warm connection that was not used so long is replaced"},
    }};
}

template <std::size_t N>
constexpr std::array<Setting, kCoreSettingCount + N> withCoreSettings(const CoreDefaults& defaults,
                                                                      const Setting (&own)[N]) {
    std::array<Setting, kCoreSettingCount + N> all{};
    const auto core = coreSettings(defaults);
    for (std::size_t i = 0; i < kCoreSettingCount; ++i) all[i] = core[i];
    for (std::size_t i = 0; i < N; ++i) all[kCoreSettingCount + i] = own[i];
    return all;
}

// Nothing when a setting was rejected. `url` stands for an empty setting "url".
std::optional<Upstream> upstreamOf(const ISettings& settings, const std::string& url = {},
                                   outbound::Protocol protocol = outbound::Protocol::webSocket);

}  // namespace aiproject::iflytek
