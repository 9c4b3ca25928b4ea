#include "commands/models_answer.h"

#include "base/error.h"
#include "base/json_member.h"
#include "base/utf8.h"
#include "http/json_body.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace aiproject {
namespace {

using Poco::Net::HTTPResponse;

struct Product {
    const char* sign;  // in "owned_by" of a model, or in the header Server
    const char* name;
    const char* dialect;
    const char* modelName;
};
constexpr Product kProducts[] = {{"library", "Ollama", "ollama", "ollama"},
                                 {"llamacpp", "llama.cpp", "llamacpp", "llamacpp"},
                                 {"llama.cpp", "llama.cpp", "llamacpp", "llamacpp"},
                                 {"vllm", "vLLM", "vllm", "vllm"},
                                 {"organization_owner", "LM Studio", "llamacpp", "lmstudio"},
                                 {"organization-owner", "LM Studio", "llamacpp", "lmstudio"}};

// Of whom a port says nothing more than its number: who uses it by default.
struct Habit {
    std::uint16_t port;
    const char* dialect;
    const char* modelName;
};
constexpr Habit kHabits[] = {{11434, "ollama", "ollama"},
                             {8080, "llamacpp", "llamacpp"},
                             {8000, "vllm", "vllm"},
                             {1234, "llamacpp", "lmstudio"}};

class Refused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Message {
    HTTPResponse head;
    std::optional<std::string> body;  // none: it is not all there
};

// None: its last chunk is not there, or one is wrong.
std::optional<std::string> joinedChunks(std::string_view rest) {
    std::string body;
    while (true) {
        std::size_t size = 0;
        const auto lineEnd = rest.find("\r\n");
        if (lineEnd == std::string_view::npos) return std::nullopt;
        const auto number = std::from_chars(rest.data(), rest.data() + lineEnd, size, 16);
        if (number.ec != std::errc() || size > kLongestModelsAnswer) return std::nullopt;
        rest.remove_prefix(lineEnd + 2);
        if (size == 0) return body;
        if (rest.size() < size + 2) return std::nullopt;
        body += rest.substr(0, size);
        rest.remove_prefix(size + 2);
    }
}

std::optional<std::string> bodyOf(const HTTPResponse& head, std::string_view rest, bool hasEnded) {
    if (head.getChunkedTransferEncoding()) return joinedChunks(rest);
    if (head.hasContentLength()) {
        const auto size = std::uint64_t(head.getContentLength64());
        return rest.size() < size ? std::nullopt : std::optional(std::string(rest.substr(0, size)));
    }
    return hasEnded ? std::optional(std::string(rest)) : std::nullopt;
}

// None: its head is not all there. Throws Poco::Exception when it is no HTTP.
std::optional<Message> messageOf(const PortAnswer& answer) {
    const auto end = answer.bytes.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    Message message;
    std::istringstream head(answer.bytes.substr(0, end + 4));
    message.head.read(head);
    message.body = bodyOf(message.head, std::string_view(answer.bytes).substr(end + 4), answer.hasEnded);
    return message;
}

// A line of the configuration can hold it, and a terminal show it. The two signs would be a variable there.
bool isFit(const std::string& name) {
    return !name.empty() && name.size() <= 256 && isUtf8(name) && printable(name) == name && trimmed(name) == name &&
           name.find("${") == std::string::npos;
}

bool hasOneOf(const std::string& name, std::initializer_list<const char*> words) {
    const std::string lower = Poco::toLower(name);
    return std::any_of(words.begin(), words.end(),
                       [&](const char* word) { return lower.find(word) != std::string::npos; });
}

bool seemsToTranscribe(const std::string& name) {
    return hasOneOf(name, {"whisper", "transcri", "paraformer", "sensevoice", "parakeet", "canary", "-asr", "asr-"});
}

bool seemsToWrite(const std::string& name) {
    return !seemsToTranscribe(name) && !hasOneOf(name, {"embed", "rerank", "bge-", "tts"});
}

struct List {
    std::vector<std::string> models, owners;
};

std::string textOf(simdjson::dom::object object, std::string_view name) {
    std::string_view text;
    const auto member = memberOf(object, name);
    return member && member->get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

List listIn(const std::string& body) try {
    const JsonBody json(body);
    List list;
    for (const simdjson::dom::element element : json.array("data")) {
        simdjson::dom::object model;
        if (element.get_object().get(model) != simdjson::SUCCESS) throw Refused{"answers with no list of models"};
        const std::string id = textOf(model, "id");
        list.owners.push_back(textOf(model, "owned_by"));
        if (isFit(id) && std::find(list.models.begin(), list.models.end(), id) == list.models.end())
            list.models.push_back(id);
    }
    return list;
} catch (const Error&) {
    throw Refused{"answers with no list of models"};
}

void refuseStatus(const HTTPResponse& head) {
    const int status = head.getStatus();
    const std::string said = "(HTTP " + std::to_string(status) + ")";
    if (status == 200) return;
    if (status == 401 || status == 403) throw Refused{"wants a key " + said};
    if (status >= 300 && status < 400) throw Refused{"leads elsewhere, which is not followed " + said};
    throw Refused{"has no list of models " + said};
}

LocalServer serverOf(const PortAnswer& answer, const HTTPResponse& head, const List& list) {
    LocalServer server{answer.port, "", "llamacpp", "local_" + std::to_string(answer.port), "", "", list.models};
    for (const Habit& habit : kHabits)
        if (habit.port == answer.port) {
            server.dialect = habit.dialect;
            server.name = habit.modelName;
        }
    const auto isIt = [&](const Product& product) {
        return head.get("Server", "") == product.sign ||
               std::find(list.owners.begin(), list.owners.end(), product.sign) != list.owners.end();
    };
    const auto* const known = std::find_if(std::begin(kProducts), std::end(kProducts), isIt);
    if (known == std::end(kProducts)) return server;
    server.product = known->name;
    server.dialect = known->dialect;
    server.name = known->modelName;
    return server;
}

LocalServer read(const PortAnswer& answer) {
    if (answer.bytes.empty()) throw Refused{"says nothing"};
    const std::optional<Message> message = messageOf(answer);
    if (message) refuseStatus(message->head);
    if (!message || !message->body) throw Refused{"does not answer to the end, or too slowly, or at too great length"};
    const List list = listIn(*message->body);
    if (std::find(list.owners.begin(), list.owners.end(), "aiproject") != list.owners.end())
        throw Refused{"is an aiproject"};
    LocalServer server = serverOf(answer, message->head, list);
    if (list.owners.empty()) throw Refused{"has no model yet"};
    const auto firstOf = [&](bool (*seemsTo)(const std::string&)) {
        const auto found = std::find_if(list.models.begin(), list.models.end(), seemsTo);
        return found == list.models.end() ? std::string() : *found;
    };
    server.model = firstOf(&seemsToWrite);
    server.voice = firstOf(&seemsToTranscribe);
    if (server.model.empty() && server.voice.empty())
        throw Refused{"has no model that writes text or transcribes, with a name that can be configured"};
    return server;
}

}  // namespace

bool isWhole(const PortAnswer& answer) try {
    const std::optional<Message> message = messageOf(answer);
    return message && message->body;
} catch (const Poco::Exception&) {
    return true;  // it will be nothing else
}

ReadAnswer readModelsAnswer(const PortAnswer& answer) try {
    return {read(answer), ""};
} catch (const Refused& refused) {
    return {{}, refused.what()};
} catch (const Poco::Exception&) {
    return {{}, "does not speak HTTP"};
}

}  // namespace aiproject
