#pragma once
#include <string>
#include <vector>
#include "campaign/metrics.hpp"
#include "core/output_analysis.hpp"

namespace lunafab::campaign {

enum class Verdict : std::uint8_t {
  same,      ///< equal in every replication
  higher,    ///< B above A: the interval of the difference lies above 0
  lower,     ///< … below 0
  undecided  ///< the interval holds 0
};

Verdict verdict(const Interval& difference);

struct ComparedMetric {
  std::string name;
  double mean_a = 0.0, mean_b = 0.0;
  PairedDifference difference;  ///< B − A
  Verdict verdict = Verdict::undecided;
};

struct Comparison {
  std::int64_t replications = 0;
  double confidence = 0.95;
  Pairing pairing = Pairing::none;
  std::vector<ComparedMetric> metrics;      ///< that both have, in the order of A
  std::vector<std::string> only_a, only_b;  ///< names
};

/// Runs both scenarios under common random numbers: replication i of B draws from the same streams as that of
/// A, entity by entity. Seed, confidence and pairing are those of A. Warm-ups must be settled.
Comparison compare(const Scenario& a, Scenario b, std::int64_t replications);

/// Settles both warm-ups; where both are automatic, the later one serves both.
void settle_together(Scenario& a, Scenario& b);

}  // namespace lunafab::campaign
