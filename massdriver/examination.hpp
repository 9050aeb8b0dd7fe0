#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>
#include "core/document.hpp"
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// One design under examination, with the places of its values.
class Examination {
 public:
  /// `findings` holds those of the reading; body and path as for `check_design`.
  Examination(const DriverDesign& examined, const Node& body, std::string path, Findings& findings);

  const DriverDesign& design;

  /// Whether these were read, with everything below them, without a finding.
  bool sound(std::initializer_list<std::string_view> keys) const;
  void fail(std::string_view key, std::string problem, std::string allowed);

 private:
  const Node& body_;
  std::string path_;
  Findings& findings_;
  std::vector<Finding> known_;  ///< of the reading
};

/// a < b by more than rounding: a value equal to its bound keeps it.
bool less(double a, double b);
/// A positive bound in four digits, rounded so that it holds: `at least 0.16 m`.
std::string at_least(double value, std::string_view unit);
std::string at_most(double value, std::string_view unit);

/// The coils by themselves: sections, bore, rows, masses, temperatures, superconductor.
void check_coils(Examination& of);

/// The sled by itself, where there is one: pads, latches, stability, release, survey.
void check_sled(Examination& of);

}  // namespace lunafab::massdriver
