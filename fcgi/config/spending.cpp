#include "config/spending.h"

#include <algorithm>

namespace aiproject {
namespace {

using Prices = std::vector<std::int64_t PriceConfig::*>;

// Whether a limit of money ends what a new account may ask of these models: each has one of the prices.
bool isLimitedInMoney(const Config& config, const std::vector<std::string>& models, const Prices& prices) {
    const auto costs = [&](const std::string& name) {
        const auto model = config.models.find(name);
        return model != config.models.end() && std::any_of(prices.begin(), prices.end(), [&](const auto price) {
                   return model->second.price.*price > 0;
               });
    };
    return config.auth.newMoney >= 0 && std::all_of(models.begin(), models.end(), costs);
}

// What a user who has just registered may spend without a limit.
std::string unlimitedOf(const Config& config) {
    std::string keys;
    const auto add = [&](const char* key, std::int64_t granted, const std::vector<std::string>& models,
                         const Prices& prices) {
        if (granted < 0 && !models.empty() && !isLimitedInMoney(config, models, prices))
            keys += (keys.empty() ? "" : ", ") + std::string(key);
    };
    add("auth.new_tokens", config.auth.newTokens, config.routes.text, {&PriceConfig::prompt, &PriceConfig::completion});
    add("auth.new_pic_times", config.auth.newPicTimes, config.routes.picture, {&PriceConfig::picture});
    add("auth.new_voice_seconds", config.auth.newVoiceSeconds, config.routes.voice, {&PriceConfig::second});
    return keys;
}

bool hasVoiceQuota(const Config& config) {
    const bool isRefilled = config.quota.refill != Refill::none && config.quota.refillVoiceSeconds > 0;
    return config.auth.newVoiceSeconds >= 0 || isRefilled;
}

}  // namespace

std::vector<std::string> warnOfSpending(const Config& config) {
    std::vector<std::string> warnings;
    const bool isAnyones = config.routes.voiceAccess == VoiceAccess::anyone && !config.routes.voice.empty();
    if (isAnyones && hasVoiceQuota(config))
        warnings.emplace_back(
            "route.voice_access = anyone: the quota of voice seconds is voluntary, since a call without uuid is billed "
            "to nobody; write route.voice_access = user");
    else if (isAnyones)
        warnings.emplace_back(
            "route.voice_access = anyone: strangers may use /voiceModel/chat without an account and without a limit; "
            "write route.voice_access = user, or limit what an address may do with limit.user_calls_per_minute");
    const std::string unlimited = unlimitedOf(config);
    if (config.auth.registration == RegistrationMode::open && !unlimited.empty())
        warnings.push_back("auth.registration = open: whoever registers may spend without a limit (" + unlimited +
                           " = -1); set a limit there, or one in auth.new_money and a price for each model, or "
                           "auth.registration = invitation or closed");
    return warnings;
}

}  // namespace aiproject
