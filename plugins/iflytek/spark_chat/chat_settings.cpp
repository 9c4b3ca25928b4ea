#include "iflytek/spark_chat/chat_settings.h"

#include <Poco/NumberFormatter.h>

namespace aiproject::iflytek {
namespace {

constexpr Setting kOwn[] = {
    {"domain", SettingType::text, "", "", 0, 0, "", Secrecy::open,
     "domain of the version; empty: the one that goes with url"},
    {"temperature", SettingType::number, "0.5", "", kLeastTemperature, 2, "", Secrecy::open,
     "how freely it answers; up to 1, for X1 and X2 up to 2"},
    {"top_k", SettingType::integer, "4", "", 1, kMostCandidates, "", Secrecy::open,
     "of so many candidates one is drawn"},
    {"max_tokens", SettingType::integer, "4096", "tokens", 1, 32768, "", Secrecy::open,
     "longest answer; Lite and Pro-128K take 4096, X1 and X2 32768, others 8192"},
    {"uid", SettingType::choice, "user", "", 0, 0, "user|none", Secrecy::open,
     "whether the upstream learns an opaque id of the user"},
    {"web_search", SettingType::flag, "false", "", 0, 0, "", Secrecy::open,
     "let the upstream search the web; Pro, Max, Ultra and X1 can"},
};

bool checkDomain(const ISettings& settings, const SparkVersion& version, ChatSettings& chat) {
    const std::string documented = version.domain;
    std::string& domain = chat.parameters.domain;
    if (domain.empty()) domain = documented;
    if (domain.empty()) {
        settings.reject("domain", "must be set, because url is none of the documented ones");
        return false;
    }
    const bool isOtherNameOfX1 = documented == "spark-x" && domain == "x1";
    if (!documented.empty() && domain != documented && !isOtherNameOfX1)
        settings.warn("domain",
                      std::string_view("with this url the documentation has " + documented + ", not " + domain));
    return true;
}

bool checkRange(const ISettings& settings, const char* name, double value, double maximum) {
    if (value <= maximum) return true;
    settings.reject(name,
                    std::string_view("the version behind url takes at most " + Poco::NumberFormatter::format(maximum)));
    return false;
}

bool checkWebSearch(const ISettings& settings, const SparkVersion& version, ChatSettings& chat) {
    const bool isWanted = settings.flag("web_search");
    if (version.webSearch == Support::no && isWanted) {
        settings.reject("web_search", "the version behind url has none; Pro, Max, Ultra and X1 have");
        return false;
    }
    if (isWanted)
        chat.webSearch = WebSearch::on;
    else
        chat.webSearch = version.webSearch == Support::yes ? WebSearch::off : WebSearch::unsaid;
    return true;
}

}  // namespace

constexpr std::array<Setting, kCoreSettingCount + 6> kChatSettings =
    withCoreSettings({"wss://spark-api.xf-yun.com/v3.5/chat"}, kOwn);

std::optional<ChatSettings> chatSettingsOf(const ISettings& settings, const Endpoint& endpoint) {
    const SparkVersion& version = versionOf(endpoint);
    ChatSettings chat;
    chat.parameters = chatParametersOf(settings);
    chat.systemRole = version.systemRole;
    chat.limits = {version.maxTemperature, version.maxTokens};

    bool usable = checkDomain(settings, version, chat);
    usable &= checkRange(settings, "temperature", chat.parameters.temperature, version.maxTemperature);
    usable &= checkRange(settings, "max_tokens", static_cast<double>(chat.parameters.maxTokens),
                         static_cast<double>(version.maxTokens));
    usable &= checkWebSearch(settings, version, chat);
    if (!usable) return std::nullopt;
    return chat;
}

}  // namespace aiproject::iflytek
