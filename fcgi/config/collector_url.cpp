#include "config/collector_url.h"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace aiproject {
namespace {

constexpr const char* kTraces = "/v1/traces";

std::string withTraces(std::string path) {
    const std::string end = kTraces;
    if (path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0) return path;
    while (!path.empty() && path.back() == '/') path.pop_back();
    return path + end;
}

bool isToken(const std::string& name) {
    const auto isTokens = [](unsigned char c) {
        return std::isalnum(c) != 0 || (c != 0 && std::strchr("!#$%&'*+-.^_`|~", c));
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), isTokens);
}

bool isOfEachPost(const std::string& name) {
    const std::string lower = Poco::toLower(name);
    return lower == "host" || lower == "user-agent" || lower == "connection" || lower == "transfer-encoding" ||
           lower == "content-length" || lower == "content-type";
}

}  // namespace

std::string CollectorUrl::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return name + ":" + std::to_string(port);
}

std::optional<CollectorUrl> collectorUrlIn(const std::string& text) {
    const auto isPrintable = [](char c) { return c > ' ' && c <= '~' && c != '%'; };
    if (!std::all_of(text.begin(), text.end(), isPrintable)) return std::nullopt;
    try {
        const Poco::URI uri(text);
        const bool isTls = uri.getScheme() == "https";
        if (!isTls && uri.getScheme() != "http") return std::nullopt;
        if (uri.getHost().empty() || uri.getPort() == 0) return std::nullopt;
        if (!uri.getUserInfo().empty() || !uri.getRawQuery().empty() || !uri.getFragment().empty()) return std::nullopt;
        return CollectorUrl{isTls, uri.getHost(), uri.getPort(), withTraces(uri.getPath())};
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

std::optional<std::vector<HeaderField>> headersIn(const std::string& text) {
    using Poco::StringTokenizer;
    const StringTokenizer lines(text, "|", StringTokenizer::TOK_TRIM | StringTokenizer::TOK_IGNORE_EMPTY);
    const auto isPrintable = [](char c) { return c >= ' ' && c <= '~'; };
    std::vector<HeaderField> fields;
    for (const std::string& line : lines) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) return std::nullopt;
        HeaderField field{line.substr(0, colon), Poco::trim(line.substr(colon + 1))};
        if (!isToken(field.name) || isOfEachPost(field.name) || field.value.empty()) return std::nullopt;
        if (!std::all_of(field.value.begin(), field.value.end(), isPrintable)) return std::nullopt;
        fields.push_back(std::move(field));
    }
    return fields;
}

}  // namespace aiproject
