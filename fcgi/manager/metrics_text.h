// Prometheus' text format, 0.0.4.
#pragma once

#include "manager/metric_sums.h"

#include <string>

namespace aiproject {

std::string metricsText(const MetricSums& sums);

}  // namespace aiproject
