// How things are now, for /metrics: from the rows of the workers that live.
#pragma once

#include "manager/metric_sums.h"
#include "manager/status.h"

namespace aiproject {

void addGauges(const ManagerView& view, MetricSums& sums);

}  // namespace aiproject
