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
  Voyage(const TransferSetting& setting, const Transfer& transfer, const Navigation& navigation, Craft craft)
      : s_(setting), t_(transfer), n_(navigation), craft_(std::move(craft)) {}

  bool over() const { return flight_.end != FlightEnd::arrived; }

  void coast_to(Epoch at) {
    if (over()) return;
    const EventSpec impact = moon_impact();
    const Arc arc = propagate(s_.dynamics, craft_, at, {&impact, 1});
    craft_ = arc.last;
    if (arc.end != ArcEnd::time) flight_.end = FlightEnd::impact;
  }

  /// Solves a correction from what tracking gives and burns it; what it came to.
  Eigen::Vector3d correct(const Eigen::Matrix<double, 6, 1>& tracking, const Eigen::Vector3d& execution,
                          const Eigen::Vector3d& guess_mps) {
    if (over()) return Eigen::Vector3d::Zero();
    const BurnSolution burn = solve_burn(s_.dynamics, shifted(craft_, tracking, n_), t_.goal, guess_mps);
    if (!burn.converged) {
      flight_.end = FlightEnd::not_corrected;
      return burn.dv_mps;
    }
    const double sloppiness_mps = n_.execution_rel * burn.dv_mps.norm();
    craft_ = burnt(craft_, burn.dv_mps + sloppiness_mps * execution);
    return burn.dv_mps;
  }

  /// From the last correction to the arrival.
  void arrive() {
    if (over()) return;
    const auto events = arrival_events();
    const Arc arc = propagate(s_.dynamics, craft_, t_.goal.latest, events);
    craft_ = arc.last;
    const bool came =
        t_.goal.end ? arc.end == ArcEnd::event && arc.events.back().spec == 1 : arc.end == ArcEnd::time;
    if (!came) {
      flight_.end = FlightEnd::impact;
      return;
    }
    burn_last();
  }

  Flight finished() {
    flight_.at = craft_.at;
    flight_.arrival = craft_;
    return flight_;
  }
  Flight& flight() { return flight_; }

 private:
  std::vector<EventSpec> arrival_events() const {
    std::vector<EventSpec> events{moon_impact()};
    if (t_.goal.end) {
      events.push_back(*t_.goal.end);
      events.back().ends = true;
    }
    return events;
  }

  void burn(const Eigen::Vector3d& dv_mps) {
    flight_.insertion_mps += dv_mps.norm();
    craft_ = burnt(craft_, dv_mps);
  }
  void match_velocity() {
    if (craft_.centre != t_.arrival.centre) craft_ = about(craft_, t_.arrival.centre, *s_.dynamics.sky);
    burn(t_.arrival.v_mps - craft_.v_mps);
  }
  /// Solves the planned burn anew and coasts to what it aims at.
  bool aim_again() {
    const std::size_t last = t_.burns.size() < 2 ? 0 : t_.burns.size() - 2;
    const BurnSolution solved = solve_burn(s_.dynamics, craft_, t_.after, t_.burns[last].dv_mps);
    flight_.insertion_mps += solved.dv_mps.norm();
    if (!solved.converged) {
      flight_.end = FlightEnd::not_corrected;
      return false;
    }
    craft_ = solved.aim.arc.last;
    return true;
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
  const Navigation& n_;
  Craft craft_;
  Flight flight_;
};

}  // namespace

Flight fly(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
           const Navigation& navigation, const Eigen::Vector3d& velocity_mps, const FlightErrors& errors) {
  expects(transfer.found, "flight: a transfer that was found");
  Voyage voyage(setting, transfer, navigation, leave(setting, transfer.start.at, velocity_mps));
  if (plan.first) {
    const Eigen::Vector3d guess_mps =
        plan.gain * (velocity_mps - transfer.speed_mps * Eigen::Vector3d::UnitX());
    voyage.coast_to(*plan.first);
    voyage.flight().first_mps = voyage.correct(errors.first_tracking, errors.first_execution, guess_mps);
    voyage.coast_to(*plan.second);
    voyage.flight().second_mps =
        voyage.correct(errors.second_tracking, Eigen::Vector3d::Zero(), Eigen::Vector3d::Zero());
  }
  voyage.arrive();
  return voyage.finished();
}

}  // namespace lunafab::orbit
