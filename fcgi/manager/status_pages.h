// /metrics and /status: which page a request gets. Texts of users and of models are in none of them, nor are secrets.
#pragma once

#include "manager/metric_sums.h"
#include "manager/status.h"
#include "manager/status_server.h"

#include <Poco/JSON/Object.h>

#include <string>

namespace aiproject {

// `gone`: what pools have counted that are no more.
StatusPage statusPage(const Request& request, const ManagerView& view, const MetricSums& gone);

// GET /status?html; the page asks for itself again every few seconds.
std::string statusHtml(const Poco::JSON::Object& status);
// The only style that the page may have, by its Content-Security-Policy.
std::string statusStyle();

}  // namespace aiproject
