#pragma once
#include <vector>

namespace lunafab::studies {

/// What a metric came to: by point (or system), then by replication (or antithetic pair). All points use the
/// same random streams in their r-th value; NaN where a run failed or has no such metric.
using Responses = std::vector<std::vector<double>>;

}  // namespace lunafab::studies
