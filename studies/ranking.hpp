#pragma once
#include <cstddef>
#include <span>
#include <vector>
#include "core/statistics.hpp"
#include "studies/response.hpp"

// Which of several systems has the highest mean, and how sure that is. To find the lowest, negate.
namespace lunafab::studies {

/// A system against the best one of a finished experiment.
struct Standing {
  std::size_t system = 0;
  Interval mean;
  Interval behind;           ///< mean of the system less that of the best, over common replications
  bool may_be_best = false;  ///< not screened out
};
/// By falling mean. Those that may be best hold the truly best one with at least `confidence`: a system is
/// out where a paired one-sided t test with a (k − 1)-th of the error puts it below another.
/// @source Nelson, Swann, Goldsman, Song, Oper. Res. 49 (2001), screening; paired, Bonferroni.
/// @throws ContractError unless every system has a finite value.
std::vector<Standing> standings(const Responses& responses, double confidence);

/// Kim and Nelson's sequential procedure: takes one more observation of each system left, until one is left.
/// It is the best with at least `confidence` where all others are worse by `indifference` or more; else it is
/// within `indifference` of the best. For normal observations, also under common random numbers.
/// @source Kim and Nelson, ACM TOMACS 11 (2001), with c = 1.
class KimNelson {
 public:
  /// @param first_stage observations by system, as many of each, at least 2
  KimNelson(const Responses& first_stage, double confidence, double indifference);

  bool done() const { return left_.size() == 1; }
  const std::vector<std::size_t>& left() const { return left_; }
  std::size_t taken() const { return taken_; }  ///< observations of each system left
  /// Takes in observation `taken()` of the systems left, in their order.
  void add(std::span<const double> observations);
  /// Observation after which it ends at the latest.
  std::size_t last() const { return last_; }

 private:
  double band(std::size_t i, std::size_t j) const;
  void screen();

  double confidence_, indifference_;
  std::size_t taken_, last_;
  std::vector<double> sums_;
  std::vector<std::vector<double>> reach_;  ///< h² S²ᵢⱼ / δ² of pairs
  std::vector<std::size_t> left_;
};

/// How many more observations each system gets so that the highest mean is most likely the best one's: of
/// `more` in all. Spends only where few are worth most; all goes to the closest rivals.
/// @source Chen, Lin, Yücesan, Chick, Discrete Event Dyn. Syst. 10 (2000), theorem 1; rounded and kept above
/// what is already there as in the authors' program.
std::vector<std::size_t> ocba_allocation(const std::vector<double>& means,
                                         const std::vector<double>& variances,
                                         const std::vector<std::size_t>& taken, std::size_t more);

/// Lower bound of the probability that the highest mean is the best system's (Bonferroni, normal, independent
/// observations: under common random numbers it is lower than it need be).
/// @source Chen et al., ibid., eq. 4.
double probably_best(const std::vector<double>& means, const std::vector<double>& variances,
                     const std::vector<std::size_t>& taken);

}  // namespace lunafab::studies
