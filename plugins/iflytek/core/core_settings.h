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

constexpr std::array<Setting, kCoreSettingCount> coreSettings(const char* defaultUrl, const char* warmTtl) {
    constexpr auto text = SettingType::text;
    constexpr auto integer = SettingType::integer;
    return {{
        {"url", text, defaultUrl, "", 0, 0, "", Secrecy::open,
         "wss://HOST/PATH of the service; empty: the variant's own"},
        {"app_id", text, nullptr, "", 0, 0, "", Secrecy::open, "APPID of the iFlytek console"},
        {"api_key", text, nullptr, "", 0, 0, "", Secrecy::secret, "APIKey of the iFlytek console"},
        {"api_secret", text, nullptr, "", 0, 0, "", Secrecy::secret, "APISecret of the iFlytek console"},
        {"tls.ca_file", text, "", "", 0, 0, "", Secrecy::open, "CAs to believe; empty: the system's"},
        {"tls.verify", SettingType::choice, "strict", "", 0, 0, "strict|none", Secrecy::open,
         "none accepts any certificate, and plain ws:// to any host"},
        {"warm_connections", integer, "0", "connections", 0, 64, "", Secrecy::open,
         "kept open for the next questions, per worker process"},
        {"warm_ttl_s", integer, warmTtl, "s", 1, 55, "", Secrecy::open,
         "a warm connection that was not used so long is replaced"},
    }};
}

// The services end a connection that asks nothing within 60 s; hence the usual default of warm_ttl_s.
template <std::size_t N>
constexpr std::array<Setting, kCoreSettingCount + N> withCoreSettings(const char* defaultUrl, const Setting (&own)[N],
                                                                      const char* warmTtl = "50") {
    std::array<Setting, kCoreSettingCount + N> all{};
    const auto core = coreSettings(defaultUrl, warmTtl);
    for (std::size_t i = 0; i < kCoreSettingCount; ++i) all[i] = core[i];
    for (std::size_t i = 0; i < N; ++i) all[kCoreSettingCount + i] = own[i];
    return all;
}

// Nothing when a setting was rejected. `url` stands for an empty setting "url".
std::optional<Upstream> upstreamOf(const ISettings& settings, const std::string& url = {});

}  // namespace aiproject::iflytek
