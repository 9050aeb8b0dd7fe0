#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "studies/point_values.hpp"

namespace lunafab::studies {

/// Whether a point keeps the limits of its study: with several replications at the scenario's confidence
/// (each limit's interval lies wholly inside, or wholly outside), with one by its value.
struct Feasibility {
  enum class Kind : std::uint8_t { yes, no, unsure, unknown };
  Kind kind = Kind::yes;
  std::string limits;  ///< metrics whose limits are not surely kept, with `;` between them
};

/// Looks the metrics of the limits up once, then judges points.
class LimitJudge {
 public:
  LimitJudge(const Study& study, const Records& records);
  /// @param runs of a point that count; nullptr: not done
  Feasibility judge(const std::vector<const RunRecord*>& runs) const;

 private:
  const Study* study_;
  std::vector<MetricLookup> metrics_;
};

/// `yes`, `no`, `unsure`; empty for unknown.
const char* word(Feasibility::Kind kind);

}  // namespace lunafab::studies
