#include "openai/settings.h"

#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace aiproject::openai {
namespace {

using outbound::settingText;

constexpr auto text = SettingType::text;
constexpr auto integer = SettingType::integer;
constexpr auto number = SettingType::number;
constexpr auto flag = SettingType::flag;
constexpr auto choice = SettingType::choice;
constexpr auto open = Secrecy::open;

bool isVisible(const std::string& value) {
    return std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// RFC 9110, 5.6.2
bool isToken(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        const bool isAlphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return isAlphanumeric || std::string_view("!#$%&'*+-.^_`~").find(c) != std::string_view::npos;
    });
}

bool isFieldValue(const std::string& value) {
    return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool takeKey(const ISettings& settings, bool isRemote, Upstream& upstream) {
    const std::string key = settingText(settings, "api_key");
    const bool isKeyInHeaders = settings.text("headers").size > 0;
    if (key.empty() && isRemote && !isKeyInHeaders)
        settings.warn("api_key", "is not set; a service that is not one's own wants a key");
    if (key.empty()) return true;
    if (!isVisible(key)) {
        settings.reject("api_key", "must be visible ASCII characters without blanks, as the service shows it");
        return false;
    }
    upstream.headLines += "Authorization: Bearer " + key + "\r\n";
    upstream.secrets.add(key);
    return true;
}

// "Name: value | Name: value"
bool takeHeaders(const ISettings& settings, Upstream& upstream) {
    using Poco::StringTokenizer;
    const StringTokenizer lines(settingText(settings, "headers"), "|",
                                StringTokenizer::TOK_TRIM | StringTokenizer::TOK_IGNORE_EMPTY);
    for (const std::string& line : lines) {
        const auto colon = line.find(':');
        const std::string name = line.substr(0, colon);
        const std::string value = colon == std::string::npos ? "" : Poco::trim(line.substr(colon + 1));
        if (!isToken(name) || value.empty() || !isFieldValue(value)) {
            settings.reject("headers", "must be \"Name: value\", several with | between them, in ASCII");
            return false;
        }
        upstream.headLines.append(name).append(": ").append(value).append("\r\n");
        upstream.secrets.add(value);
    }
    return true;
}

// People copy what they ask with curl.
std::string basePath(std::string path) {
    constexpr std::string_view end = "/chat/completions";
    while (!path.empty() && path.back() == '/') path.pop_back();
    if (path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0)
        path.resize(path.size() - end.size());
    return path;
}

std::optional<double> numberUnlessUnset(const ISettings& settings, const char* name) {
    const double value = settings.number(name);
    return value < 0 ? std::nullopt : std::optional(value);
}

}  // namespace

constexpr std::array<Setting, kSettingCount> kSettings{{
    {"url", text, "", "", 0, 0, "", open, "https://HOST/PATH up to /v1 or what it has there; empty: the dialect's own"},
    {"api_key", text, "", "", 0, 0, "", Secrecy::secret, "goes up as Authorization: Bearer; empty: none does"},
    {"model", text, nullptr, "", 0, 0, "", open, "the model's name at the upstream"},
    {"dialect", choice, "openai", "", 0, 0, kDialectNames, open, "in what the service differs from OpenAI's own"},
    {"kind", choice, "text", "", 0, 0, "text|picture|voice|embedding|speech", open,
     "what it does: /chat/completions, the same with one picture, /audio/transcriptions, /embeddings, /audio/speech"},
    {"headers", text, "", "", 0, 0, "", Secrecy::secret, "more header lines, as \"Name: value | Name: value\""},
    {"temperature", number, "-1", "", -1, 2, "", open, "where the client says none; -1: the upstream's own"},
    {"top_p", number, "-1", "", -1, 1, "", open, "where the client says none; -1: the upstream's own"},
    {"max_tokens", integer, "0", "tokens", 0, 1'000'000, "", open,
     "longest answer where the client says none; 0: the upstream's own"},
    {"max_tokens_name", choice, "dialect", "", 0, 0, "dialect|max_tokens|max_completion_tokens", open,
     "under which name the limit goes up"},
    {"uid", choice, "none", "", 0, 0, "user|none", open, "whether the upstream learns an opaque id of the user"},
    {"tools", flag, "true", "", 0, 0, "", open, "whether the model can call tools"},
    {"pictures", flag, "true", "", 0, 0, "", open, "whether the model takes pictures in a dialog"},
    {"audio", flag, "false", "", 0, 0, "", open, "whether the model takes audio in a dialog"},
    {"question", text, "请识别图片中的全部文字，按阅读顺序原样输出。只输出文字内容，不要添加任何说明。", "", 0, 0, "",
     open, "kind picture: what is asked about each"},
    {"language", text, "", "", 0, 0, "", open, "kind voice: ISO 639-1, as zh; empty: it finds out"},
    {"prompt", text, "", "", 0, 0, "", open, "kind voice: words that recordings are likely to have"},
    {"transcripts", choice, "auto", "", 0, 0, "auto|timed|streamed|plain", open,
     "kind voice: with times where a client is shown them, as they are made, or the text alone; auto: streamed if the "
     "model's name begins with gpt-, else timed"},
    {"voice", text, "alloy", "", 0, 0, "", open, "kind speech: the voice where the client names none"},
    {"tls.ca_file", text, "", "", 0, 0, "", open, "CAs to believe; empty: the system's"},
    {"tls.verify", choice, "strict", "", 0, 0, "strict|none", open,
     "none accepts any certificate, and plain http:// to any host"},
    {"warm_connections", integer, "8", "connections", 0, 64, "", open,
     "kept after an answer for the next questions, at most, per worker process"},
    {"warm_ttl_s", integer, "50", "s", 1, 300, "", open, "a kept connection that was not used so long is closed"},
}};

std::optional<Upstream> upstreamOf(const ISettings& settings, const Dialect& dialect) {
    auto peer = outbound::peerOf(settings, dialect.url, outbound::Protocol::http);
    Upstream upstream;
    bool usable = peer.has_value();
    usable &= takeKey(settings, peer && peer->endpoint.transport == outbound::Transport::tls, upstream);
    usable &= takeHeaders(settings, upstream);
    upstream.model = settingText(settings, "model");
    if (upstream.model.empty()) {
        settings.reject("model", "must not be empty");
        usable = false;
    }
    upstream.warm.connections = static_cast<std::size_t>(settings.integer("warm_connections"));
    upstream.warm.ttl = std::chrono::seconds(settings.integer("warm_ttl_s"));
    if (!usable) return std::nullopt;
    upstream.peer = std::move(*peer);
    upstream.peer.endpoint.path = basePath(upstream.peer.endpoint.path);
    return upstream;
}

// A proxy may speak like a service without being it; a server that runs on machines of one's own is what it speaks
// like.
std::string originOf(const Upstream& upstream, const Dialect& dialect) {
    const outbound::Endpoint& endpoint = upstream.peer.endpoint;
    std::string reason;
    const auto own = outbound::endpointOf(dialect.url, reason, outbound::Protocol::http);
    const bool isIt = own && (own->isLoopback() || own->host == endpoint.host);
    return (endpoint.isLoopback() ? "local: " : "") + upstream.model + " via " +
           (isIt ? dialect.title : std::string("a server that speaks like ") + dialect.title);
}

ChatDefaults chatDefaultsOf(const ISettings& settings, const Dialect& dialect) {
    ChatDefaults chat;
    chat.dialect = &dialect;
    chat.maxTokensName = settingText(settings, "max_tokens_name");
    if (chat.maxTokensName == "dialect") chat.maxTokensName = dialect.maxTokens;
    chat.temperature = numberUnlessUnset(settings, "temperature");
    chat.topP = numberUnlessUnset(settings, "top_p");
    if (const std::int64_t most = settings.integer("max_tokens"); most > 0) chat.maxTokens = most;
    chat.userId = settingText(settings, "uid") == "user" ? UserId::sent : UserId::none;
    return chat;
}

std::uint64_t abilitiesOf(const ISettings& settings, const Dialect& dialect) {
    const auto bit = [](Ability ability, bool isThere) { return isThere ? std::uint64_t(ability) : 0; };
    return std::uint64_t(Ability::reasoningEffort) | std::uint64_t(Ability::responseFormat) |
           std::uint64_t(Ability::sampling) | std::uint64_t(Ability::maxTokens) | std::uint64_t(Ability::stop) |
           std::uint64_t(Ability::seed) | std::uint64_t(Ability::penalties) |
           bit(Ability::topK, dialect.topK == Does::yes) | bit(Ability::tools, settings.flag("tools")) |
           bit(Ability::anyToolChoice, dialect.anyToolChoice == Does::yes) |
           bit(Ability::jsonSchema, dialect.jsonSchema == Does::yes) |
           bit(Ability::answerBegun, dialect.answerBegun == Does::yes) |
           bit(Ability::pictureParts, settings.flag("pictures")) | bit(Ability::audioParts, settings.flag("audio"));
}

}  // namespace aiproject::openai
