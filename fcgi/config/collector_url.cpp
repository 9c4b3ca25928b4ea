#include "config/collector_url.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>

namespace aiproject {
namespace {

constexpr const char* kTraces = "/v1/traces";

std::string withTraces(std::string path) {
    const std::string end = kTraces;
    if (path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0) return path;
    while (!path.empty() && path.back() == '/') path.pop_back();
    return path + end;
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

}  // namespace aiproject
