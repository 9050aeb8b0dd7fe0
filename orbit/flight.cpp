#include "orbit/flight.hpp"
#include "core/constants.hpp"
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

Craft shifted(Craft craft, const Eigen::Matrix<double, 6, 1>& normal, const Navigation& n) {
  craft.r_m += n.position_m * normal.head<3>();
  craft.v_mps += n.velocity_mps * normal.tail<3>();
  return craft;
}

/// One satellite under way.
class Voyage {
 public:
  Voyage(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
         const Navigation& navigation, const FlightErrors& errors, Craft craft)
      : s_(setting), t_(transfer), plan_(plan), n_(navigation), errors_(errors), craft_(std::move(craft)) {}

  /// Both corrections of the way out.
  void correct_launch(const Eigen::Vector3d& guess_mps) {
    coast_to(*plan_.first);
    flight_.first_mps = correct(t_.goal, errors_.first, guess_mps);
    coast_to(*plan_.second);
    flight_.second_mps = correct(t_.goal, errors_.second, Eigen::Vector3d::Zero());
  }

  /// From the last correction to the arrival.
  void arrive() {
    if (reach(t_.goal)) burn_last();
  }

  Flight finished() {
    flight_.at = craft_.at;
    flight_.arrival = craft_;
    return flight_;
  }

 private:
  bool over() const { return flight_.end != FlightEnd::arrived; }

  void coast_to(Epoch at) {
    if (over()) return;
    const EventSpec impact = moon_impact();
    const Arc arc = propagate(s_.dynamics, craft_, at, {&impact, 1});
    craft_ = arc.last;
    if (arc.end != ArcEnd::time) flight_.end = FlightEnd::impact;
  }

  /// Solves a burn from what tracking gives and burns it; what it came to.
  Eigen::Vector3d correct(const Goal& goal, const BurnErrors& errors, const Eigen::Vector3d& guess_mps) {
    if (over()) return Eigen::Vector3d::Zero();
    constexpr double tolerance = 1e-3;  // a metre: past the Moon rounding grows to that
    const BurnSolution burn =
        solve_burn(s_.dynamics, shifted(craft_, errors.tracking, n_), goal, guess_mps, tolerance);
    if (!burn.converged) {
      flight_.end = FlightEnd::not_corrected;
      return burn.dv_mps;
    }
    const double sloppiness_mps = n_.execution_rel * burn.dv_mps.norm();
    craft_ = burnt(craft_, burn.dv_mps + sloppiness_mps * errors.execution);
    return burn.dv_mps;
  }

  /// Coasts to what the goal ends with.
  bool reach(const Goal& goal) {
    if (over()) return false;
    std::vector<EventSpec> events{moon_impact()};
    if (goal.end) {
      events.push_back(*goal.end);
      events.back().ends = true;
    }
    const Arc arc = propagate(s_.dynamics, craft_, goal.latest, events);
    craft_ = arc.last;
    const bool came =
        goal.end ? arc.end == ArcEnd::event && arc.events.back().spec == 1 : arc.end == ArcEnd::time;
    if (!came) flight_.end = FlightEnd::impact;
    return came;
  }

  void burn(const Eigen::Vector3d& dv_mps) {
    flight_.insertion_mps += dv_mps.norm();
    craft_ = burnt(craft_, dv_mps);
  }
  void match_velocity() {
    if (craft_.centre != t_.arrival.centre) craft_ = about(craft_, t_.arrival.centre, *s_.dynamics.sky);
    burn(t_.arrival.v_mps - craft_.v_mps);
  }
  /// Solves the planned burn anew, corrects what it leaves, and coasts to what it aims at.
  bool aim_again() {
    const std::size_t last = t_.burns.size() < 2 ? 0 : t_.burns.size() - 2;
    flight_.insertion_mps += correct(t_.after, errors_.aimed, t_.burns[last].dv_mps).norm();
    if (plan_.trims) {
      coast_to(plan_.trims->first);
      flight_.first_trim_mps = correct(t_.after, errors_.first_trim, Eigen::Vector3d::Zero());
      coast_to(plan_.trims->second);
      flight_.second_trim_mps = correct(t_.after, errors_.second_trim, Eigen::Vector3d::Zero());
    }
    return reach(t_.after);
  }

  void burn_last() {
    switch (t_.last) {
      case LastBurn::none:
        return;
      case LastBurn::circularise: {
        const Circularisation burns = circularise(craft_, t_.arrival.r_m.norm(), s_.dynamics.field->gm_m3ps2);
        burn(burns.first_mps);
        flight_.insertion_mps += burns.second_mps;
        return;
      }
      case LastBurn::match_velocity:
        return match_velocity();
      case LastBurn::aim_and_match:
        if (aim_again()) match_velocity();
        return;
      case LastBurn::aim_and_capture:
        if (aim_again()) burn(capture_mps(craft_, s_.dynamics.gm.earth));
        return;
    }
  }

  const TransferSetting& s_;
  const Transfer& t_;
  const CorrectionPlan& plan_;
  const Navigation& n_;
  const FlightErrors& errors_;
  Craft craft_;
  Flight flight_;
};

}  // namespace

Flight fly(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
           const Navigation& navigation, const Eigen::Vector3d& velocity_mps, const FlightErrors& errors) {
  expects(transfer.found, "flight: a transfer that was found");
  Voyage voyage(setting, transfer, plan, navigation, errors, leave(setting, transfer.start.at, velocity_mps));
  if (plan.first)
    voyage.correct_launch(plan.gain * (velocity_mps - transfer.speed_mps * Eigen::Vector3d::UnitX()));
  voyage.arrive();
  return voyage.finished();
}

}  // namespace lunafab::orbit
