// What create() refuses, and by which name.
#include "iflytek/core/core_settings.h"
#include "iflytek/spark_chat/chat_settings.h"
#include "iflytek/spark_iat/dictation_settings.h"
#include "support/spec.h"

#include <map>

using namespace aiproject;
using namespace aiproject::iflytek;

namespace {

class ScriptedSettings final : public ISettings {
public:
    std::map<std::string, std::string> values;
    mutable std::map<std::string, std::string> rejected, warned;
    mutable std::string said;  // by origin()

    template <std::size_t N>
    explicit ScriptedSettings(const std::array<Setting, N>& descriptor) {
        for (const auto& setting : descriptor)
            values[setting.name] = setting.defaultValue ? setting.defaultValue : "key";
    }
    Text text(Text name) const noexcept override { return std::string_view(find(name)); }
    std::int64_t integer(Text name) const noexcept override { return std::stoll(find(name)); }
    double number(Text name) const noexcept override { return std::stod(find(name)); }
    bool flag(Text name) const noexcept override { return find(name) == "true"; }
    void reject(Text name, Text reason) const noexcept override { put(rejected, name, reason); }
    void warn(Text name, Text reason) const noexcept override { put(warned, name, reason); }
    void narrow(std::uint64_t /*abilities*/) const noexcept override {}
    void narrowKinds(std::uint32_t /*kinds*/) const noexcept override {}
    void origin(Text words) const noexcept override { said = std::string_view(words); }

private:
    const std::string& find(Text name) const { return values.at(std::string(std::string_view(name))); }
    static void put(std::map<std::string, std::string>& list, Text name, Text reason) {
        list[std::string(std::string_view(name))] = std::string_view(reason);
    }
};

struct Settings : CppUnit::TestCase {
    ScriptedSettings chat{kChatSettings};
    ScriptedSettings voice{kDictationSettings};

    std::optional<ChatSettings> chatFor(const std::string& url) {
        chat.values["url"] = url;
        chat.rejected.clear();
        chat.warned.clear();
        const auto upstream = upstreamOf(chat);
        CPPUNIT_ASSERT(upstream.has_value());
        return chatSettingsOf(chat, upstream->peer.endpoint);
    }
    static std::string whyNot(const std::string& url) {
        std::string reason;
        CPPUNIT_ASSERT(!outbound::endpointOf(url, reason));
        return reason;
    }
};

}  // namespace

SPEC(Settings, take_urls_apart) {
    std::string reason;
    const auto plain = outbound::endpointOf("wss://spark-api.xf-yun.com/v3.5/chat", reason);
    CPPUNIT_ASSERT(plain && plain->transport == outbound::Transport::tls && plain->port == 443);
    CPPUNIT_ASSERT_EQUAL(std::string("spark-api.xf-yun.com"), plain->authority());
    CPPUNIT_ASSERT_EQUAL(std::string("/v3.5/chat"), plain->path);
    const auto local = outbound::endpointOf("ws://[::1]:8080/v1/x1", reason);
    CPPUNIT_ASSERT(local && local->host == "::1" && local->authority() == "[::1]:8080");
    CPPUNIT_ASSERT_EQUAL(std::string("ws://[::1]:8080/v1/x1"), local->url());
}

SPEC(Settings, refuse_urls_that_cannot_be_signed) {
    for (const char* url : {"", "spark", "https://host/path", "wss:///path", "wss://u:p@host/", "wss://host/?a=b",
                            "wss://host/#f", "wss://host/a%20b", "wss://host:99999/"})
        CPPUNIT_ASSERT_MESSAGE(url, !whyNot(url).empty());
}

SPEC(Settings, allow_plain_connections_only_within_the_machine) {
    chat.values["url"] = "ws://spark.example/v3.5/chat";
    CPPUNIT_ASSERT(!upstreamOf(chat) && chat.rejected.count("url"));
    for (const char* url : {"ws://localhost:1/v3.5/chat", "ws://127.0.0.2:1/v3.5/chat", "ws://[::1]:1/v3.5/chat"}) {
        chat.values["url"] = url;
        CPPUNIT_ASSERT_MESSAGE(url, upstreamOf(chat).has_value());
    }
    CPPUNIT_ASSERT(chat.warned.empty());
    chat.values["url"] = "ws://spark.example/v3.5/chat";
    chat.values["tls.verify"] = "none";
    CPPUNIT_ASSERT(upstreamOf(chat) && chat.warned.count("tls.verify"));
}

SPEC(Settings, of_a_stand_in_on_this_machine_do_not_claim_to_be_iflytek) {
    chatFor("wss://localhost:1/v3.5/chat");
    CPPUNIT_ASSERT_EQUAL(std::string("local: a stand-in for iFlytek"), chat.said);
    chat.said.clear();
    chatFor("wss://spark-api.xf-yun.com/v3.5/chat");
    CPPUNIT_ASSERT_EQUAL(std::string(), chat.said);
}

SPEC(Settings, refuse_keys_that_would_change_the_signature_and_do_not_repeat_them) {
    chat.values["api_key"] = "ab\"cd";
    chat.values["api_secret"] = "secret\n";
    chat.values["app_id"] = "";
    CPPUNIT_ASSERT(!upstreamOf(chat));
    for (const char* name : {"api_key", "api_secret", "app_id"}) CPPUNIT_ASSERT(chat.rejected.count(name));
    CPPUNIT_ASSERT(chat.rejected["api_secret"].find("secret") == std::string::npos);
}

SPEC(Settings, refuse_a_ca_file_that_is_not_there) {
    chat.values["tls.ca_file"] = "/nowhere/ca.pem";
    CPPUNIT_ASSERT(!upstreamOf(chat) && chat.rejected.count("tls.ca_file"));
}

SPEC(Settings, keep_no_warm_connections_unless_told_so) {
    CPPUNIT_ASSERT(upstreamOf(chat)->warm.connections == 0 && upstreamOf(chat)->warm.ttl == std::chrono::seconds(50));
    CPPUNIT_ASSERT(upstreamOf(voice, "wss://host/")->warm.ttl == std::chrono::seconds(8));
    chat.values["warm_connections"] = "4";
    chat.values["warm_ttl_s"] = "20";
    CPPUNIT_ASSERT(upstreamOf(chat)->warm.connections == 4 && upstreamOf(chat)->warm.ttl == std::chrono::seconds(20));
}

SPEC(Settings, know_the_domain_of_each_version) {
    const std::map<std::string, std::string> domains = {
        {"/v1.1/chat", "lite"},        {"/v3.1/chat", "generalv3"},  {"/chat/pro-128k", "pro-128k"},
        {"/v3.5/chat", "generalv3.5"}, {"/chat/max-32k", "max-32k"}, {"/v4.0/chat", "4.0Ultra"},
        {"/v1/x1", "spark-x"},         {"/v1.1/chat_kjwx", "kjwx"},  {"/v1.1/chat_multilang", "multilang"},
    };
    for (const auto& [path, domain] : domains)
        CPPUNIT_ASSERT_EQUAL(domain, chatFor("wss://spark-api.xf-yun.com" + path)->parameters.domain);
}

SPEC(Settings, ask_for_the_domain_of_an_unknown_version) {
    for (const char* url :
         {"wss://spark-api.xf-yun.com/V3.5/chat", "wss://maas-api.cn-huabei-1.xf-yun.com/v1.1/chat"}) {
        chat.values["domain"] = "";
        CPPUNIT_ASSERT(!chatFor(url) && chat.rejected.count("domain"));
        chat.values["domain"] = "service-1";
        CPPUNIT_ASSERT(chatFor(url) && chat.warned.empty());
    }
    CPPUNIT_ASSERT(chatFor("wss://spark-api.xf-yun.com/v3.5/chat") && chat.warned.count("domain"));
    chat.values["domain"] = "x1";
    CPPUNIT_ASSERT(chatFor("wss://spark-api.xf-yun.com/v1/x1") && chat.warned.empty());
}

SPEC(Settings, refuse_what_the_version_refuses_by_name) {
    chat.values["temperature"] = "1.2";
    chat.values["max_tokens"] = "32768";
    CPPUNIT_ASSERT(!chatFor("wss://spark-api.xf-yun.com/v3.5/chat"));
    CPPUNIT_ASSERT(chat.rejected.count("temperature") && chat.rejected["max_tokens"].find("8192") != std::string::npos);
    CPPUNIT_ASSERT(chatFor("wss://spark-api.xf-yun.com/v1/x1"));
    chat.values["temperature"] = "1";
    chat.values["max_tokens"] = "4097";
    CPPUNIT_ASSERT(!chatFor("wss://spark-api.xf-yun.com/v1.1/chat") && chat.rejected.count("max_tokens"));
}

SPEC(Settings, switch_web_search_off_only_where_it_exists) {
    const auto searchOf = [&](const char* path) {
        return chatFor("wss://spark-api.xf-yun.com" + std::string(path))->webSearch;
    };
    for (const char* path : {"/v3.1/chat", "/v3.5/chat", "/v4.0/chat", "/v1/x1"})
        CPPUNIT_ASSERT_MESSAGE(path, searchOf(path) == WebSearch::off);
    for (const char* path : {"/v1.1/chat", "/chat/pro-128k"})
        CPPUNIT_ASSERT_MESSAGE(path, searchOf(path) == WebSearch::unsaid);
    chat.values["web_search"] = "true";
    CPPUNIT_ASSERT(searchOf("/v3.5/chat") == WebSearch::on);
    CPPUNIT_ASSERT(!chatFor("wss://spark-api.xf-yun.com/v1.1/chat") && chat.rejected.count("web_search"));
}

SPEC(Settings, of_voice_depend_on_the_variant) {
    CPPUNIT_ASSERT_EQUAL(std::string("wss://iat-api.xfyun.cn/v2/iat"), dictationUrl(voice));
    CPPUNIT_ASSERT_EQUAL(std::string("iat"), dictationSettingsOf(voice)->domain);
    voice.values["variant"] = "large";
    voice.values["vad_eos"] = "60000";
    CPPUNIT_ASSERT_EQUAL(std::string("wss://iat.xf-yun.com/v1"), dictationUrl(voice));
    CPPUNIT_ASSERT_EQUAL(std::string("slm"), dictationSettingsOf(voice)->domain);
    voice.values["variant"] = "classic";
    CPPUNIT_ASSERT(!dictationSettingsOf(voice) && voice.rejected.count("vad_eos"));
    voice.values["frame_bytes"] = "1281";
    CPPUNIT_ASSERT(!dictationSettingsOf(voice) && voice.rejected.count("frame_bytes"));
}
