#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "orbit/dispersion.hpp"
#include "orbit/earth_arrival.hpp"
#include "orbit/flight.hpp"
#include "orbit/heliocentric.hpp"
#include "orbit/insertion.hpp"

namespace lunafab::report {

/// What is asked of one insertion; all dates lie in the model's sky.
struct InsertionQuestion {
  std::string title, muzzle_source;
  orbit::OrbitModel model;  ///< one destination; setting, navigation and covariance of the muzzle
  double window_step_s = 43200.0;
  Epoch start;  ///< of the file: where its windows are counted from
  Epoch launch;
  std::optional<double> speed_mps;  ///< flown instead of the planned one
  std::size_t launches = 0;         ///< of a Monte Carlo
  std::uint64_t seed = 1;
};

/// One line of the timeline.
struct InsertionEvent {
  Epoch at;
  std::string name;
  double dv_mps = 0.0;              ///< 0: nothing burns
  std::optional<double> p95_mps{};  ///< of a correction
  double left_mps = 0.0;            ///< of the budget, afterwards; corrections at their 95th percentile
};

struct TrajectoryPoint {
  orbit::Craft craft;
  double moon_m = 0.0, earth_m = 0.0;                  ///< distances from the centres
  Eigen::Vector3d rotating = Eigen::Vector3d::Zero();  ///< Earth–Moon axes, in Earth–Moon distances
};

/// One way from the perigee of arrival to the working orbit.
struct ArrivalOption {
  orbit::ArrivalResult result;
  double node_time_h = 0.0;  ///< local time of the ascending node (mean Sun) at its end
};

/// After arrival.
struct EarthOutlook {
  orbit::EarthArrival arrival;
  double node_time_h = 0.0;  ///< mean Sun, at the perigee
  std::vector<ArrivalOption> options;
};
struct SunOutlook {
  orbit::HeliocentricOrbit orbit;
  orbit::HeliocentricCruise cruise;
};

/// Figures that every fidelity has.
struct InsertionFigures {
  double speed_mps = 0.0, insertion_mps = 0.0, transfer_s = 0.0;
  double correction_rms_mps = 0.0;
  double p50_mps = 0.0, p95_mps = 0.0, p99_mps = 0.0;  ///< of all corrections together
  double overrun_probability = 0.0;                    ///< corrections beyond what the budget has left
  double loss_probability = 0.0;                       ///< that, or a failure on arrival
};

/// One insertion, solved and judged.
struct InsertionReport {
  InsertionQuestion asked;
  std::string outcome = "inserted";
  std::vector<std::string>
      refusals;  ///< why the model says no, and what would help; empty: within the budget
  std::vector<std::string> confessions;
  InsertionFigures figures;
  std::optional<orbit::Transfer> transfer;    ///< at `solve`
  std::optional<orbit::CorrectionPlan> plan;  ///< at `solve`
  std::optional<orbit::Flight> flown;         ///< with a speed of its own
  std::vector<InsertionEvent> timeline;
  std::vector<TrajectoryPoint> trajectory;
  int eclipses = 0;
  std::optional<EarthOutlook> earth;
  std::optional<SunOutlook> sun;
  std::optional<orbit::Dispersion> dispersion;
  double dispersion_seconds = 0.0;  ///< wall time; in no table

  const orbit::Destination& destination() const { return asked.model.destinations.front(); }
  double margin_mps() const {
    return destination().correction_budget_mps - figures.insertion_mps - figures.p95_mps;
  }
};

InsertionReport report_insertion(InsertionQuestion question);

/// Field, degree, ephemeris, frames and time scale.
std::string model_line(const InsertionReport& report);
/// Calendar date, TT, to the second.
std::string date_text(Epoch at);
double days_between(Epoch from, Epoch to);

}  // namespace lunafab::report
