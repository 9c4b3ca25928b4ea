// Configuration that leads a model to the simulator, with the keys that the simulator knows.
#pragma once

#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <string>

namespace aiproject::test {

inline void leadTo(const std::string& url, const std::string& model, Settings& settings,
                   const upstream::Options& known = {}) {
    const std::string prefix = "model." + model + ".";
    settings[prefix + "url"] = url;
    settings[prefix + "app_id"] = known.appId;
    settings[prefix + "api_key"] = known.apiKey;
    settings[prefix + "api_secret"] = known.apiSecret;
}

// The three routes of the contract, each to its own plugin.
inline Settings settingsForAll(const upstream::Simulator& simulator, const upstream::Options& known = {}) {
    Settings settings{{"route.text", "spark_chat"}, {"route.voice", "spark_iat"}, {"route.picture", "spark_image"}};
    leadTo(simulator.url("/v3.5/chat"), "spark_chat", settings, known);
    leadTo(simulator.url("/v2/iat"), "spark_iat", settings, known);
    leadTo(simulator.url("/v2.1/image"), "spark_image", settings, known);
    return settings;
}

// Models of the plugin openai: chat, plain, reasoner, vision, embedding and voice.
inline Settings openAiModels(const upstream::Simulator& simulator) {
    Settings settings;
    const auto add = [&](const std::string& name, const std::string& model, const Settings& more) {
        const std::string prefix = "model." + name + ".";
        settings[prefix + "plugin"] = "openai";
        settings[prefix + "url"] = simulator.openAiUrl();
        settings[prefix + "api_key"] = upstream::Options().openAiKey;
        settings[prefix + "model"] = model;
        for (const auto& [key, value] : more) settings[prefix + key] = value;
    };
    add("chat", "sim-chat", {});
    add("plain", "sim-plain", {{"tools", "false"}});
    add("reasoner", "sim-reasoner", {});
    add("vision", "sim-vision", {{"audio", "true"}});
    add("embedding", "sim-embedding", {{"kind", "embedding"}});
    add("voice", "whisper-1", {{"kind", "voice"}});
    return settings;
}

}  // namespace aiproject::test
