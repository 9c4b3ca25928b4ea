#include "base/utf8.h"
#include "commands/command_line.h"
#include "commands/discovery.h"
#include "commands/loopback_ports.h"
#include "commands/output.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace aiproject {
namespace {

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

std::string modelsIn(const LocalServer& server) {
    constexpr std::size_t mostShown = 12;
    std::vector<std::string> shown = server.models;
    if (shown.size() > mostShown) shown.resize(mostShown);
    return joined(shown) + (server.models.size() > mostShown
                                ? " and " + std::to_string(server.models.size() - mostShown) + " more"
                                : "");
}

// Of new models for which the configuration has a route already.
std::string setRoutes(const Discovery& discovery, const WrittenConfig& config) {
    std::string lines;
    for (const auto& [kind, path] : {std::pair("text", "/textModel/*"), std::pair("voice", "/voiceModel/chat")}) {
        const std::string route = std::string("route.") + kind;
        const auto isNew = [&, kind = kind](const Found& found) {
            return found.kind == kind && found.configuredAs.empty();
        };
        if (config.has(route) && std::any_of(discovery.servers.begin(), discovery.servers.end(), isNew))
            lines += "# " + route + " is set already: write there which of these models " + path + " shall ask.\n";
    }
    return lines;
}

// Lines of a configuration, and comments.
void printText(const Discovery& discovery, const WrittenConfig& config) {
    for (const Found& found : discovery.servers) {
        std::cout << "# " << found.server.title() << "; its models: " << modelsIn(found.server) << "\n";
        if (found.configuredAs.empty())
            std::cout << textOf(linesOf(found)) << "\n";
        else
            std::cout << "# The configuration has the model " << printable(found.configuredAs) << " already.\n\n";
    }
    std::cout << textOf(newRoutes(discovery, config)) << setRoutes(discovery, config);
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
    for (const Found& found : discovery.servers) {
        const LocalServer& server = found.server;
        Poco::JSON::Object one = jsonObject();
        one.set("port", server.port);
        one.set("product", orNull(server.product));
        one.set("dialect", server.dialect);
        one.set("url", server.url());
        one.set("kind", found.kind);
        one.set("model", found.model);
        one.set("models", arrayOf(server.models));
        one.set("configured_as", orNull(found.configuredAs));
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
        const bool isNew = found.configuredAs.empty();
        const std::string word = isNew ? found.server.title() : found.configuredAs;
        std::string& words = isNew ? titles : taken;
        if (words.find(word) == std::string::npos) words += (words.empty() ? "" : ", ") + word;
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
    const Discovery discovery = lookForServers(config);
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
