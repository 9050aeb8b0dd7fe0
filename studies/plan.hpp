#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include "studies/design.hpp"
#include "studies/study.hpp"

namespace lunafab::studies {

/// Part `index` of `count`: of the runs in order, every count-th.
struct Shard {
  std::size_t index = 0, count = 1;
};

/// Where a run stands: named scenario, point, replication.
struct Place {
  std::size_t variant = 0, point = 0;
  std::uint32_t replication = 0;
};

/// All runs of a study in order: by named scenario, point, replication.
class Plan {
 public:
  /// Resolves every point, on all threads.
  explicit Plan(const Study& study);

  const Study& study() const { return *study_; }
  const Design& design() const { return design_; }
  std::size_t size() const { return cells_.size() * replications_; }
  std::size_t cells() const { return cells_.size(); }  ///< points in named scenarios
  /// Of each point, the most where a precision goal may end them earlier.
  std::size_t replications() const { return replications_; }
  Place place(std::size_t run) const;
  std::size_t cell_of(std::size_t run) const { return run / replications_; }
  /// What `require` has against a point, on one line; empty: it is to run.
  const std::string& exclusion(std::size_t cell) const;
  /// The run's identity: equal scenarios, replications and model versions have the same.
  std::uint64_t id(std::size_t run) const;

 private:
  const Study* study_;
  Design design_;
  std::size_t replications_;
  std::vector<std::uint64_t> cells_;     ///< hash of the resolved scenario
  std::vector<std::string> exclusions_;  ///< none without `require`
};

}  // namespace lunafab::studies
