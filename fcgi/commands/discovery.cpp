#include "commands/discovery.h"

#include "commands/loopback_ports.h"

#include <algorithm>

namespace aiproject {
namespace {

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

// The model that asks that server for this one, or that has the name which it would get; empty: there is none.
std::string configuredAs(const Found& found, const WrittenConfig& config) {
    const LocalServer& server = found.server;
    for (const std::string& name : config.models()) {
        const auto is = [&, name = name](const char* setting, const std::string& value) {
            return config.valueOf(modelKey(name, setting)) == value;
        };
        const bool isThere = config.has(modelKey(name, "url"))
                                 ? leadsTo(config.valueOf(modelKey(name, "url")), server.port)
                                 : portOfDialect(config.valueOf(modelKey(name, "dialect"))) == server.port;
        if (name == found.name || (isThere && is("plugin", "openai") && is("model", found.model))) return name;
    }
    return {};
}

// Names that differ from each other, as far as the ports do.
void take(Found found, const WrittenConfig& config, Discovery& discovery) {
    const auto hasIts = [&](const Found& other) { return other.name == found.name; };
    if (std::any_of(discovery.servers.begin(), discovery.servers.end(), hasIts))
        found.name += "_" + std::to_string(found.server.port);
    found.configuredAs = configuredAs(found, config);
    discovery.servers.push_back(std::move(found));
}

void takeServer(const LocalServer& server, const WrittenConfig& config, Discovery& discovery) {
    if (!server.model.empty()) take({server, "text", server.model, server.name, ""}, config, discovery);
    if (!server.voice.empty()) take({server, "voice", server.voice, server.name + "_voice", ""}, config, discovery);
}

}  // namespace

Discovery lookForServers(const WrittenConfig& config) {
    Discovery discovery;
    for (const PortAnswer& answer : askForModels(portsToAsk(), timeToAsk())) {
        if (!answer.isTaken) continue;
        const ReadAnswer read = readModelsAnswer(answer);
        if (read.reason.empty())
            takeServer(read.server, config, discovery);
        else
            discovery.others.emplace_back(answer.port, read.reason);
    }
    return discovery;
}

ConfigLines linesOf(const Found& found) {
    ConfigLines lines{{modelKey(found.name, "plugin"), "openai"},
                      {modelKey(found.name, "dialect"), found.server.dialect},
                      {modelKey(found.name, "url"), found.server.url()},
                      {modelKey(found.name, "model"), found.model}};
    if (found.kind != "text") lines.emplace_back(modelKey(found.name, "kind"), found.kind);
    return lines;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

ConfigLines newRoutes(const Discovery& discovery, const WrittenConfig& config) {
    ConfigLines lines;
    for (const std::string kind : {"text", "voice"}) {
        std::vector<std::string> names;
        for (const Found& found : discovery.servers)
            if (found.kind == kind && found.configuredAs.empty()) names.push_back(found.name);
        if (!names.empty() && !config.has("route." + kind)) lines.emplace_back("route." + kind, joined(names));
    }
    return lines;
}

ConfigLines newLines(const Discovery& discovery, const WrittenConfig& config) {
    ConfigLines lines;
    for (const Found& found : discovery.servers) {
        if (!found.configuredAs.empty()) continue;
        for (auto& one : linesOf(found)) lines.push_back(std::move(one));
    }
    for (auto& route : newRoutes(discovery, config)) lines.push_back(std::move(route));
    return lines;
}

}  // namespace aiproject
