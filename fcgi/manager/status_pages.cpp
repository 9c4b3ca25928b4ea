#include "manager/status_pages.h"

#include "manager/metric_gauges.h"
#include "manager/metrics_text.h"
#include "manager/status_table.h"

#include <Poco/JSON/Parser.h>

#include <sstream>

namespace aiproject {
namespace {

// The hash is that of statusStyle(); a test compares them. Nothing else may be loaded, and no other page may show it.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'sha256-9gWuI8CghOLShE+/+mVzcQbptZ/rMHSjsi14EuX/CIw='; base-uri 'none'; form-action "
    "'none'; frame-ancestors 'none'";

StatusPage page(int status, const std::string& type, std::string body) {
    StatusPage page;
    page.head.status = status;
    page.head.contentType = type;
    page.head.headers = {{"Cache-Control", "no-store"},
                         {"X-Content-Type-Options", "nosniff"},
                         {"Referrer-Policy", "no-referrer"},
                         {"Content-Security-Policy", kPolicy}};
    page.head.isForAnyOrigin = false;
    page.body = std::move(body);
    return page;
}

StatusPage plain(int status, const std::string& text) { return page(status, "text/plain; charset=utf-8", text); }

// One of the words between '&', as php-fpm takes them.
bool asksFor(const std::string& query, const std::string& word) {
    std::istringstream words(query);
    for (std::string one; std::getline(words, one, '&');)
        if (one == word) return true;
    return false;
}

MetricSums allOf(const ManagerView& view, const MetricSums& gone) {
    MetricSums sums = gone;
    for (const auto& pool : view.pools) sums.add(countedIn(*pool));
    addGauges(view, sums);
    return sums;
}

}  // namespace

StatusPage statusPage(const Request& request, const ManagerView& view, const MetricSums& gone) {
    const bool isMetrics = request.path == "/metrics", isStatus = request.path == "/status";
    if (!isMetrics && !isStatus) return plain(404, "there is no such path; there are /metrics and /status\n");
    if (request.method != "GET" && request.method != "HEAD") {
        StatusPage refused = plain(405, "this path takes GET\n");
        refused.head.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    if (isMetrics) return page(200, "text/plain; version=0.0.4; charset=utf-8", metricsText(allOf(view, gone)));
    ManagerView shown = view;
    shown.isForNetwork = true;
    const std::string json = statusText(shown);
    if (asksFor(request.query, "json")) return page(200, "application/json; charset=utf-8", json);
    const auto status = Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>();
    if (asksFor(request.query, "html")) return page(200, "text/html; charset=utf-8", statusHtml(*status));
    return plain(200, statusTable(*status));
}

}  // namespace aiproject
