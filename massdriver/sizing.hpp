#pragma once
#include <string>
#include <vector>
#include "core/document.hpp"
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// What the machine must do and what the payload bears.
struct Requirements {
  double payload_kg = 0.0, muzzle_mps = 0.0;
  double mean_mps2 = 0.0;      ///< largest nominal acceleration
  double peak_mps2 = 0.0;      ///< largest of the whole run
  double bus_W = 0.0;          ///< 0: follows from the rate
  double rate_per_h = 0.0;     ///< 0: follows from the bus
  double longest_m = 0.0;      ///< largest length of the track
  double quench_margin = 0.0;  ///< smallest 1 − J/J_c
  double bucket_share = 0.5;   ///< bucket mass over payload mass
};

/// The payload as a cylinder that must fit through the bucket coils.
struct PayloadEnvelope {
  double density_kg_per_m3 = 0.0;
  double slenderness = 0.0;  ///< length over diameter
  double wall = 0.0;         ///< of cryostat, carriage and play between payload and winding, over its radius
};

/// Design rules: ratios that the search holds. Lengths are over the drive coil's mean radius unless said.
struct Proportions {
  double bore_from = 1.0, bore_to = 1.0;  ///< bores tried, over the smallest that takes the payload
  double gap = 0.0;                       ///< face to face between the windings
  double drive_length = 0.0, drive_depth = 0.0;
  double bucket_aspect = 0.0;             ///< length over depth of a bucket coil's section
  double current_density_A_per_m2 = 0.0;  ///< of a bucket coil's section, far from the track
  double half_wave = 0.0;
  double pitch = 0.0;            ///< over the half wave
  double spacing_pitches = 0.0;  ///< bucket coil to bucket coil
  double bank_reserve = 1.0;  ///< energy a bank can hold over its nominal charge: what the feedback draws on
  double advance_reserve =
      0.02;  ///< half waves between the firing and the latest that ends its cycle in time
};

/// A driver study: requirements, rules, and everything that is not sized.
struct DriverStudy {
  std::string title;
  Requirements needs;
  PayloadEnvelope envelope;
  Proportions rules;
  DriverDesign technology;  ///< sized fields hold stand-ins
  Node technology_node;     ///< as read; the body of a driver file without what is sized
  double pareto_from_kg = 0.0, pareto_to_kg = 0.0;
  int pareto_points = 0;
};

/// One bank and its drive coil as a bucket coil passes at constant speed, neighbours left out.
struct BankCycle {
  double left = 0.0;    ///< share of the energy in the bank at the current's second zero
  double heat_J = 0.0;  ///< in the coil
  double peak_A = 0.0;  ///< of the drive current
  double peak_N = 0.0;  ///< of the force on the bucket coil
  double hoop_N = 0.0;  ///< largest tension of the drive coil
};

/// A machine by closed formulas and `BankCycle`: radii, bank and stresses to about 15 %; the solver's values
/// replace them.
struct Sizing {
  double bore = 1.0;  ///< over the smallest
  double mean_mps2 = 0.0;
  double drive_H = 0.0, bank_J = 0.0, bank_V = 0.0;
  double drive_hoop_Pa = 0.0, bucket_hoop_Pa = 0.0;  ///< means over section and fill
  double cost_usd = 0.0;
  std::vector<std::string> broken;  ///< limits not kept, each with what binds
  DriverDesign design;
};

/// Radius of the payload: (m / (2π · slenderness · density))^⅓.
double payload_radius_m(const PayloadEnvelope& envelope, double payload_kg);

/// Integrates one bank's cycle at the muzzle (fourth-order Runge–Kutta over the loop currents of two
/// filaments). Cost: about 0.1 ms.
BankCycle pass_bank(const DriverDesign& design, double drive_H, double bank_J, double bucket_A);

/// Bucket current that leaves least energy in a bank, by `pass_bank`.
double matched_current_A(const DriverDesign& design, double drive_H, double bank_J);

/// Sets radii and sections for a bucket current: payload → bucket coil → gap → drive coil; stages and bank
/// follow from the mean acceleration.
void shape_machine(const DriverStudy& study, double bore, double bucket_A, double mean_mps2,
                   DriverDesign& design);

/// One machine for a payload at a bore and nominal acceleration.
Sizing size_machine(const DriverStudy& study, double payload_kg, double bore, double mean_mps2);

/// Mass of the drive coils' conductor, kg, and what the design buys, USD (`CostModel`), its store for a
/// nominal charge of `store_J`.
double drive_coils_kg(const DriverDesign& design);
double design_cost_usd(const DriverDesign& design, double store_J);

}  // namespace lunafab::massdriver
