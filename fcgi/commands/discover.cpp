#include "base/utf8.h"
#include "commands/command_line.h"
#include "commands/loopback_ports.h"
#include "commands/models_answer.h"
#include "commands/output.h"
#include "commands/written_config.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace aiproject {
namespace {

struct Found {
    LocalServer server;
    std::string configuredAs;  // a model of the configuration that asks it already; empty: none
};

struct Discovery {
    std::vector<Found> servers;
    std::vector<std::pair<std::uint16_t, std::string>> others;  // ports, and why they are no servers
};

// Without --write it may be one that is not there, or that this user may not read: then nothing is known of it.
WrittenConfig writtenConfig(const CommandLine& line) {
    if (!line.config.file.empty()) return WrittenConfig(line.config.file);
    try {
        return WrittenConfig(kDefaultConfigFile);
    } catch (const std::runtime_error& e) {
        if (!line.has("write")) return {};
        throw std::runtime_error(std::string(e.what()) + "; -c FILE names another one");
    }
}

std::string modelKey(const std::string& name, const std::string& setting) { return "model." + name + "." + setting; }

// Where the plugin asks when no url is set.
std::uint16_t portOfDialect(const std::string& dialect) {
    if (dialect == "ollama") return 11434;
    if (dialect == "vllm") return 8000;
    return dialect == "llamacpp" ? 8080 : 0;
}

bool leadsTo(const std::string& url, std::uint16_t port) {
    for (const std::string host : {"//127.0.0.1:", "//localhost:"}) {
        const std::string place = host + std::to_string(port);
        const auto at = url.find(place);
        if (at != std::string::npos && (at + place.size() == url.size() || url[at + place.size()] == '/')) return true;
    }
    return false;
}

// The model that asks that server for its model, or that has the name which it would get; empty: there is none.
std::string configuredAs(const LocalServer& server, const WrittenConfig& config) {
    for (const std::string& name : config.models()) {
        const auto is = [&, name = name](const char* setting, const std::string& value) {
            return config.valueOf(modelKey(name, setting)) == value;
        };
        const bool isThere = config.has(modelKey(name, "url"))
                                 ? leadsTo(config.valueOf(modelKey(name, "url")), server.port)
                                 : portOfDialect(config.valueOf(modelKey(name, "dialect"))) == server.port;
        if (name == server.name || (isThere && is("plugin", "openai") && is("model", server.model))) return name;
    }
    return {};
}

// Names that differ from each other, as far as the ports do.
void takeServer(LocalServer server, const WrittenConfig& config, Discovery& discovery) {
    const auto hasIts = [&](const Found& other) { return other.server.name == server.name; };
    if (std::any_of(discovery.servers.begin(), discovery.servers.end(), hasIts))
        server.name += "_" + std::to_string(server.port);
    const std::string model = configuredAs(server, config);
    discovery.servers.push_back({std::move(server), model});
}

Discovery look(const WrittenConfig& config) {
    Discovery discovery;
    for (const PortAnswer& answer : askForModels(portsToAsk(), timeToAsk())) {
        if (!answer.isTaken) continue;
        ReadAnswer read = readModelsAnswer(answer);
        if (read.reason.empty())
            takeServer(std::move(read.server), config, discovery);
        else
            discovery.others.emplace_back(answer.port, read.reason);
    }
    return discovery;
}

ConfigLines linesOf(const LocalServer& server) {
    return {{modelKey(server.name, "plugin"), "openai"},
            {modelKey(server.name, "dialect"), server.dialect},
            {modelKey(server.name, "url"), server.url()},
            {modelKey(server.name, "model"), server.model}};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

// What is not in the configuration yet.
ConfigLines newLines(const Discovery& discovery, const WrittenConfig& config) {
    ConfigLines lines;
    std::vector<std::string> names;
    for (const Found& found : discovery.servers) {
        if (!found.configuredAs.empty()) continue;
        for (auto& one : linesOf(found.server)) lines.push_back(std::move(one));
        names.push_back(found.server.name);
    }
    if (!names.empty() && !config.has("route.text")) lines.emplace_back("route.text", joined(names));
    return lines;
}

std::string modelsIn(const LocalServer& server) {
    constexpr std::size_t mostShown = 12;
    std::vector<std::string> shown = server.models;
    if (shown.size() > mostShown) shown.resize(mostShown);
    return joined(shown) + (server.models.size() > mostShown
                                ? " and " + std::to_string(server.models.size() - mostShown) + " more"
                                : "");
}

// Lines of a configuration, and comments.
void printText(const Discovery& discovery, const WrittenConfig& config) {
    for (const auto& [server, model] : discovery.servers) {
        std::cout << "# " << server.title() << "; its models: " << modelsIn(server) << "\n";
        if (model.empty())
            std::cout << textOf(linesOf(server)) << "\n";
        else
            std::cout << "# The configuration has the model " << printable(model) << " already.\n\n";
    }
    const ConfigLines lines = newLines(discovery, config);
    if (lines.empty()) return;
    if (lines.back().first == "route.text")
        std::cout << textOf({lines.back()});
    else
        std::cout << "# route.text is set already: write there which of these models /textModel/* shall ask.\n";
}

Poco::JSON::Array arrayOf(const std::vector<std::string>& texts) {
    Poco::JSON::Array array;
    for (const std::string& text : texts) array.add(text);
    return array;
}

Poco::Dynamic::Var orNull(const std::string& text) {
    return text.empty() ? Poco::Dynamic::Var() : Poco::Dynamic::Var(text);
}

void printDiscovery(const Discovery& discovery, const ConfigLines& lines, bool isWritten) {
    Poco::JSON::Object object = jsonObject(), settings = jsonObject();
    Poco::JSON::Array servers, others;
    for (const auto& [server, model] : discovery.servers) {
        Poco::JSON::Object one = jsonObject();
        one.set("port", server.port);
        one.set("product", orNull(server.product));
        one.set("dialect", server.dialect);
        one.set("url", server.url());
        one.set("model", server.model);
        one.set("models", arrayOf(server.models));
        one.set("configured_as", orNull(model));
        servers.add(one);
    }
    for (const auto& [port, reason] : discovery.others) {
        Poco::JSON::Object one = jsonObject();
        one.set("port", port);
        one.set("reason", reason);
        others.add(one);
    }
    for (const auto& [key, value] : lines) settings.set(key, value);
    object.set("servers", servers);
    object.set("others", others);
    object.set("settings", settings);
    object.set("written", isWritten);
    printJson(object);
}

NotFound nothingFound(const Discovery& discovery) {
    if (portsToAsk().empty()) return NotFound(std::string(kPortsVariable) + " names no port, so none was asked");
    std::string text =
        "nothing found: no server that speaks OpenAI's protocol on 127.0.0.1 (asked: " + printable(portList()) + ")";
    for (const auto& [port, reason] : discovery.others) text += "; port " + std::to_string(port) + " " + reason;
    return NotFound(text +
                    ". Start one, as `ollama serve` (and `ollama pull qwen3`), `llama-server -m FILE.gguf` or "
                    "`vllm serve MODEL`, and repeat this; " +
                    kPortsVariable + " names other ports.");
}

void writeLines(const Discovery& discovery, const WrittenConfig& config, const ConfigLines& lines,
                const std::string& file) {
    std::string titles, taken;
    for (const Found& found : discovery.servers) {
        std::string& words = found.configuredAs.empty() ? titles : taken;
        words += (words.empty() ? "" : ", ") + (found.configuredAs.empty() ? found.server.title() : found.configuredAs);
    }
    if (lines.empty())
        throw std::runtime_error(file + ": has the model " + taken +
                                 " already; nothing was changed. Change it there, or remove it and repeat this.");
    config.add("Found by `aiproject discover`: " + titles, lines);
}

}  // namespace

int discover(const CommandLine& line) {
    const WrittenConfig config = writtenConfig(line);
    const std::string file = line.config.file.empty() ? kDefaultConfigFile : line.config.file;
    const Discovery discovery = look(config);
    const ConfigLines lines = newLines(discovery, config);
    const bool isToWrite = line.has("write") && !discovery.servers.empty();
    if (isToWrite) writeLines(discovery, config, lines, file);
    if (line.json) printDiscovery(discovery, lines, isToWrite);
    if (discovery.servers.empty()) throw nothingFound(discovery);
    if (line.json) return 0;
    printText(discovery, config);
    if (isToWrite)
        std::cout << "\nWritten to " << printable(file) << "; `aiproject reload` makes the workers use it.\n";
    return 0;
}

}  // namespace aiproject
