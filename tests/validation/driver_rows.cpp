#include "tests/validation/driver_rows.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "tests/campaign/program.hpp"
#include "tests/validation/driver_designs.hpp"
#include "tests/validation/python.hpp"

namespace lunafab::massdriver::test {
namespace {

using std::numbers::pi;
constexpr double mu0 = constants::vacuum_permeability_H_per_m, g_mps2 = 9.80665;
using lunafab::test::Json, lunafab::test::python;

// ---- inductance

std::vector<Row> inductance_rows() {
  const Coupling filaments = couple({.primary_radius_m = 0.25, .secondary_radius_m = 0.20, .gap_m = 0.10});
  const Coupling equal = couple({.primary_radius_m = 1.0, .secondary_radius_m = 1.0, .gap_m = 1.0});
  const Winding brooks{.radius_m = 1.5, .length_m = 1.0, .depth_m = 1.0};
  const Winding sheet{.radius_m = 0.5, .length_m = 1.0, .depth_m = 0.0};
  const Winding iter{.radius_m = 3.9431, .length_m = 0.9841, .depth_m = 0.9590};
  const Winding drive = one_coil_machine.drive, bucket = one_coil_machine.bucket;
  const Winding thin{.radius_m = 0.25, .length_m = 0.01, .depth_m = 0.01};
  const std::string elements = "finite elements, [getdp](validation/getdp/README.md)";
  // The reference values were computed with μ₀ = 4π·10⁻⁷; the measured value is 5.4e-10 more.
  const double measured = mu0 / (4e-7 * pi);
  const double far_m = 100.0, mean_square = 0.25 * 0.25 + 0.01 * 0.01 / 12.0;
  return {
      {"M of filaments .25, .20 m at .10 m, H", measured * 2.487873590422e-7, "Maxwell 701, mpmath",
       filaments.mutual_H, 1e-11},
      {"dM/dz of the same, H/m", measured * -1.850904716241e-6, "Maxwell 701, mpmath",
       filaments.slope_H_per_m, 1e-11},
      {"M of filaments 1, 1 m at 1 m, H", measured * 4.94078463079827e-7, "Maxwell 701, mpmath",
       equal.mutual_H, 1e-11},
      {"Brooks coil, L/(a N²), H/m", 1.699378e-6, "Grover, Inductance Calculations",
       self_inductance_H(brooks) / 1.5, 2e-5},
      {"current sheet, 2a = l: Nagaoka's factor", 0.688423, "Nagaoka 1909",
       self_inductance_H(sheet) / (mu0 * pi * 0.25), 2e-6},
      {"ITER coil PF1, 248.64 turns, H", 0.7076, "ITER design document",
       248.64 * 248.64 * self_inductance_H(iter), 6e-3},
      {"drive coil of the one-coil machine, H", 3.7301211e-6, elements, self_inductance_H(drive), 1e-6},
      {"M(0) to its bucket coil, H", 2.11570872e-6, elements, couple(drive, bucket, 0.0).coupling.mutual_H,
       1e-6},
      {"M(0.5 m), H", 9.1944287e-7, elements, couple(drive, bucket, 0.5).coupling.mutual_H, 1e-6},
      {"coils 100 m apart, H", mu0 * pi * mean_square * mean_square / (2.0 * std::pow(far_m, 3)),
       "two dipoles, μ₀ π ⟨a²⟩² / 2z³", couple(thin, thin, far_m).coupling.mutual_H, 3e-5},
  };
}

// ---- launches

LaunchSolution solve(const DriverDesign& design, double tolerance = 1e-8, bool profile = false) {
  const Machine machine = build_machine(design);
  return solve_launch(machine, nominal_launch(design), {.tolerance = tolerance, .profile = profile});
}

/// One stage whose bucket coil carries no current, held at that: a plain series circuit.
LaunchSolution ring_once(double resistivity_ohm_m) {
  DriverDesign d = design_of(one_coil_machine, 1, 500.0, 501.0);
  d.bucket.supply = BucketSupply::driven;
  d.bucket.current_A = 0.0;
  d.firing.advance = 0.2;
  d.track.coil.conductor.resistivity_ohm_m = resistivity_ohm_m;
  return solve(d, 1e-10);
}

std::vector<Row> circuit_rows() {
  const LaunchSolution damped = ring_once(2.2e-7), free = ring_once(0.0);
  const DriverDesign d = design_of(one_coil_machine, 1, 500.0, 501.0);
  const Machine machine = build_machine(d);
  const double ohm = 10.0 * oracle_case(d)["resistance"].get<double>(), alpha = ohm / (2.0 * machine.drive_H);
  const double v0 = d.injection.speed_mps, s = d.track.half_wave_m;
  const double farad = d.firing.tuning * s * s / (pi * pi * v0 * v0 * machine.drive_H);
  const double omega = std::sqrt(1.0 / (machine.drive_H * farad) - alpha * alpha);
  const EnergyAccount &e = damped.energy, &f = free.energy;
  return {
      {"series RLC, one full cycle: charge energy left", std::exp(-4.0 * pi * alpha / omega), "e^(−4πα/ω)",
       e.recovered_J / e.discharged_J, 1e-6},
      {"the same: heat over discharged energy", 1.0 - std::exp(-4.0 * pi * alpha / omega), "1 − e^(−4πα/ω)",
       e.coil_heat_J / e.discharged_J, 1e-6},
      {"R = 0: charge energy left", 1.0, "conservation", f.recovered_J / f.discharged_J, 1e-8},
  };
}

void compare_track(const std::string& name, const DriverDesign& design, std::vector<Row>& rows) {
  const Json reference = python("driver_oracle.py", oracle_case(design));
  const LaunchSolution solved = solve(design);
  const std::string source = "SciPy, direct quadrature";
  const double v = reference["exit_speed"], v0 = design.injection.speed_mps,
               kg = design.payload_kg + design.bucket_kg;
  const auto number = [&](const char* key) {
    return reference[key].get<double>();
  };
  rows.push_back({name + ": exit speed, m/s", v, source, solved.muzzle_speed_mps, 1e-7});
  rows.push_back({name + ": the same in usual steps", v, source, solve(design, 1e-6).muzzle_speed_mps, 1e-5});
  rows.push_back({name + ": discharged, J", number("discharged"), source, solved.energy.discharged_J, 1e-5});
  rows.push_back({name + ": recovered, J", number("recovered"), source, solved.energy.recovered_J, 1e-4});
  rows.push_back({name + ": heat in coils, J", number("heat"), source, solved.energy.coil_heat_J, 1e-5});
  rows.push_back(
      {name + ": cut off late", number("late_openings"), source, 1.0 * solved.late_openings, 1e-9});
  rows.push_back({name + ": momentum given, N s", -number("track_momentum"),
                  "SciPy, forces on each drive coil", kg * (solved.muzzle_speed_mps - v0), 1e-4});
}

DriverDesign one_coil_track() {
  return design_of(one_coil_machine, 8, 100.0, std::sqrt(1e4 + 2.0 * 576.0 * 8));
}

DriverDesign late_track() {
  DriverDesign d = one_coil_track();
  d.firing.advance = 0.1;
  d.firing.tuning = 1.8;
  return d;
}

DriverDesign held_track() {
  DriverDesign d = one_coil_track();
  d.bucket.supply = BucketSupply::driven;
  return d;
}

/// 20 stages whose bucket coil is fed through brushes.
DriverDesign laboratory_track(const Machinery& machine, double mean_mps2, double entry_mps) {
  const double length_m = 20 * machine.pitch_m;
  DriverDesign d =
      design_of(machine, 20, entry_mps, std::sqrt(entry_mps * entry_mps + 2.0 * mean_mps2 * length_m));
  d.bucket.supply = BucketSupply::driven;
  return d;
}

/// Second zeros of one bank fall next to first zeros of the next.
DriverDesign crowded_track() {
  Machinery m = laboratory_machine;
  m.bucket_A = 15e3;
  m.advance = -0.15;
  m.gain = 0.2;
  return laboratory_track(m, 22.5 * g_mps2, 10.0);
}

DriverDesign two_coil_track() {
  return design_of(large_machine, 12, 150.0, std::sqrt(22500.0 + 2.0 * 294.0 * 10.8));
}

std::vector<Row> short_track_rows() {
  std::vector<Row> rows;
  compare_track("8 stages, one bucket coil", one_coil_track(), rows);
  compare_track("8 stages, badly timed", late_track(), rows);
  compare_track("8 stages, bucket current held", held_track(), rows);
  compare_track("20 small stages, zeros close together", crowded_track(), rows);
  compare_track("12 stages, two bucket coils", two_coil_track(), rows);
  return rows;
}

/// A few stages of a machine with a central store and converters.
DriverDesign fed_by_converters(DriverDesign d, int stages) {
  const double a = (d.muzzle_speed_mps * d.muzzle_speed_mps - d.injection.speed_mps * d.injection.speed_mps) /
                   (2.0 * d.track.stages * d.track.pitch_m);
  d.track.stages = stages;
  d.muzzle_speed_mps =
      std::sqrt(d.injection.speed_mps * d.injection.speed_mps + 2.0 * a * stages * d.track.pitch_m);
  d.store.kind = StoreKind::flywheel;
  d.store.converter_efficiency = 0.9;
  d.firing.advance = 0.0;
  return d;
}

void compare_converters(const std::string& name, const DriverDesign& design, int shorted_stage,
                        std::vector<Row>& rows) {
  Json input = oracle_case(design);
  input["converter_efficiency"] = design.store.converter_efficiency;
  LaunchConditions launch{.payload_kg = design.payload_kg,
                          .weighed_kg = design.payload_kg,
                          .muzzle_speed_mps = design.muzzle_speed_mps,
                          .coil_temperature_K = design.track.coil.temperature_K};
  if (shorted_stage >= 0) {
    input["shorted_stage"] = shorted_stage;
    launch.deviations.faults = {{shorted_stage, 0, BankFault::shorted}};
  }
  const Json reference = python("converter_oracle.py", input);
  const LaunchSolution solved = solve_launch(build_machine(design), launch, {.tolerance = 1e-9});
  const std::string source = "SciPy, direct quadrature";
  const auto number = [&](const char* key) {
    return reference[key].get<double>();
  };
  rows.push_back({name + ": exit speed, m/s", number("exit_speed"), source, solved.muzzle_speed_mps, 1e-7});
  rows.push_back(
      {name + ": from the store, J", number("discharged"), source, solved.energy.discharged_J, 1e-5});
  rows.push_back({name + ": back into it, J", number("recovered"), source, solved.energy.recovered_J, 1e-4});
  rows.push_back({name + ": heat in coils, J", number("heat"), source, solved.energy.coil_heat_J, 1e-5});
}

std::vector<Row> converter_rows() {
  std::vector<Row> rows;
  compare_converters("5 stages, one bucket coil", fed_by_converters(one_coil_track(), 5), -1, rows);
  compare_converters("the same with stage 2 shorted", fed_by_converters(one_coil_track(), 5), 2, rows);
  compare_converters("6 stages, two bucket coils", fed_by_converters(two_coil_track(), 6), -1, rows);
  return rows;
}

std::vector<Row> ngspice_rows() {
  std::vector<Row> rows;
  for (const int stages : {2, 3}) {
    DriverDesign d = design_of(one_coil_machine, stages, 100.0, std::sqrt(1e4 + 2.0 * 576.0 * stages));
    d.firing.gain = 0.0;
    Json input = oracle_case(d);
    input["gate_off"] = 0.2;
    input["block"] = 0.9;
    const double v = python("ngspice/launch.py", input)["exit_speed"], computed = solve(d).muzzle_speed_mps;
    rows.push_back({fmt::format("{} stages: exit speed, m/s", stages), v, "ngspice", computed, 1e-4});
    rows.push_back(
        {fmt::format("{} stages: speed gained, m/s", stages), v - 100.0, "ngspice", computed - 100.0, 1e-3});
  }
  return rows;
}

// ---- momentum

/// Forces on every coil of a launch under way, each from the gradients of its own inductances; they must
/// cancel.
std::vector<Row> momentum_rows() {
  constexpr int stages = 6;
  constexpr std::array current_A{2.1e5, -3.3e5, 4.7e5, 1.9e5, -2.6e5, 0.8e5};
  const Machinery& m = large_machine;
  const std::array bucket_A{m.bucket_A, -0.9 * m.bucket_A};
  double on_bucket_N = 0.0, on_track_N = 0.0;
  for (const double x_m : {1.37, 2.9, 4.11}) {
    std::array<double, stages> force_N{};
    for (int k = 0; k < stages; ++k) {
      for (int j = 0; j < stages; ++j) {
        if (j == k) continue;
        const double slope = couple(m.drive, m.drive, (k - j) * m.pitch_m).coupling.slope_H_per_m;
        force_N[static_cast<std::size_t>(k)] +=
            current_A[static_cast<std::size_t>(k)] * current_A[static_cast<std::size_t>(j)] * slope;
      }
      for (std::size_t b = 0; b < 2; ++b) {
        const double z = x_m - static_cast<double>(b) * m.spacing_m - k * m.pitch_m;
        const double product = current_A[static_cast<std::size_t>(k)] * bucket_A[b];
        // Either coil may be the primary: these are two quadratures, not one number with two signs.
        force_N[static_cast<std::size_t>(k)] +=
            product * couple(m.bucket, m.drive, -z).coupling.slope_H_per_m;
        on_bucket_N += product * couple(m.drive, m.bucket, z).coupling.slope_H_per_m;
      }
    }
    for (const double each : force_N) on_track_N += each;
  }
  std::vector<Row> rows{{"force on all drive coils over force on the bucket", -1.0, "Newton's third law",
                         on_track_N / on_bucket_N, 1e-8}};
  const Json reference = python("driver_oracle.py", oracle_case(two_coil_track()));
  rows.push_back({"oracle, 12 stages: momentum of bucket and track over the bucket's", 0.0, "conservation",
                  reference["momentum_residual"].get<double>(), 1e-9});
  rows.push_back({"oracle, 12 stages: energy residual over discharged", 0.0, "conservation",
                  reference["energy_residual"].get<double>(), 1e-8});
  rows.push_back({"solver, 12 stages: energy residual over discharged", 0.0, "conservation",
                  solve(two_coil_track()).energy.residual_rel(), 1e-8});
  return rows;
}

// ---- whole machines

/// What the independent prototype of the design study found.
struct Prototype {
  const char* name;
  Machinery machine;
  int stages;
  double entry_mps, exit_mps;
  double discharged_GJ, recovered_GJ, heat_MJ, efficiency;
  double volt_kV, cruise_g, run_g, cruise_kA, run_kA, drive_MPa, bucket_MPa;  // 0: not given
  double cruise_drive_MPa = 0.0, cruise_bucket_MPa = 0.0;
};

const std::array prototypes{
    Prototype{"3.5 t, 2.40 km/s", large_machine, 10834, 150, 2400, 15.154, .039, 54.5, .9964, 12.6, 37.7,
              38.9, 404, 448, 31, 126},
    Prototype{"1.5 t, 2.40 km/s", small_machine, 14132, 150, 2400, 6.615, .130, 30.6, .9953, 8.3, 36.3, 37.2,
              288, 319, 14, 76},
    Prototype{"3.5 t, 2.53 km/s", large_machine, 12045, 150, 2530, 16.843, .043, 57.6, .9966, 13.3, 0, 0, 0,
              0, 0, 0},
    Prototype{"1.5 t, 2.53 km/s", small_machine, 15711, 150, 2530, 7.352, .144, 32.3, .9955, 8.7, 0, 0, 0, 0,
              0, 0},
    Prototype{"one coil, 1 t, 2.40 km/s", one_coil_machine, 5000, 50, 2400, 4.385, .049, 17.0, .996, 19.3,
              106, 113, 0, 0, 0, 0, 52, 104},
};

std::vector<Row> machine_rows() {
  std::vector<Row> rows;
  for (const Prototype& p : prototypes) {
    const DriverDesign d = design_of(p.machine, p.stages, p.entry_mps, p.exit_mps);
    const LaunchSolution s = solve(d, 1e-6, true);  // hoop tension stands in profiles only
    const EnergyAccount& e = s.energy;
    const auto add = [&](const char* what, double expected, double computed, double tolerance = 0.01) {
      if (expected != 0.0)
        rows.push_back({fmt::format("{}: {}", p.name, what), expected, "prototype", computed, tolerance});
    };
    const auto stress_MPa = [](double newton, const Winding& w, double fill) {
      return newton / (w.length_m * w.depth_m * fill) * 1e-6;
    };
    const double net_J = e.discharged_J - e.recovered_J;
    add("exit speed, m/s", p.exit_mps, s.muzzle_speed_mps);
    add("discharged, GJ", p.discharged_GJ, e.discharged_J * 1e-9);
    add("recovered, GJ", p.recovered_GJ, e.recovered_J * 1e-9, 0.04);
    add("heat in coils, MJ", p.heat_MJ, e.coil_heat_J * 1e-6);
    add("kinetic energy over net energy", p.efficiency, (e.kinetic_after_J - e.kinetic_before_J) / net_J);
    add("highest voltage, kV a turn", p.volt_kV, s.peak_voltage_V * 1e-3);
    add("peak in cruise, g", p.cruise_g, s.cruise_peak_mps2 / g_mps2);
    add("peak, g", p.run_g, s.peak_mps2 / g_mps2);
    add("drive current in cruise, kA", p.cruise_kA, s.cruise_drive_current_A * 1e-3);
    add("highest drive current, kA", p.run_kA, s.drive_current_A * 1e-3);
    add("hoop stress, drive coil, MPa", p.drive_MPa,
        stress_MPa(s.hoop_drive_N, p.machine.drive, p.machine.fill), 0.03);
    add("hoop stress, bucket coil, MPa", p.bucket_MPa, stress_MPa(s.hoop_bucket_N, p.machine.bucket, 1.0));
    add("hoop stress in cruise, drive coil, MPa", p.cruise_drive_MPa,
        stress_MPa(s.cruise_hoop_drive_N, p.machine.drive, p.machine.fill), 0.03);
    add("hoop stress in cruise, bucket coil, MPa", p.cruise_bucket_MPa,
        stress_MPa(s.cruise_hoop_bucket_N, p.machine.bucket, 1.0));
  }
  return rows;
}

/// 20 coils at 0.10 m, a bucket of 0.5 kg; radii, sections and bucket current are guesses.
std::vector<Row> plausibility_rows() {
  const double mean_mps2 = 22.5 * g_mps2, entry_mps = 10.0;
  const DriverDesign d = laboratory_track(laboratory_machine, mean_mps2, entry_mps);
  const LaunchSolution s = solve(d, 1e-7);
  const double mean_g = (s.muzzle_speed_mps * s.muzzle_speed_mps - entry_mps * entry_mps) / 4.0 / g_mps2;
  return {{"mean acceleration over 2 m, g", 22.5, "20–25 g, secondary source", mean_g, 0.11}};
}

}  // namespace

const ValidationPage& driver_page() {
  static const ValidationPage page{
      "docs/validation-massdriver.md",
      "# Validation of the mass driver\n\n"
      "**No shot has validated this solver.** No published launch with complete geometry, capacitance, "
      "voltage and measured speed was found. What stands here is agreement with closed forms, with\n"
      "finite elements, with two independent integrations of the same equations, and with an earlier "
      "program.\n\n"
      "Written by `./dev validate`. The tests compute every row anew: each must agree within its "
      "tolerance, and this page must say what they find. Differences and tolerances are relative unless\n"
      "0 is expected.\n\n",
      {{"Inductance", "Closed forms, tables and finite elements.", inductance_rows},
       {"One circuit alone", "A bucket coil without current: closed forms of the series circuit.",
        circuit_rows},
       {"Short tracks by direct quadrature",
        "`tests/validation/driver_oracle.py` (SciPy, DOP853 at 1e-11): every inductance by Gauss quadrature "
        "of elliptic integrals where it is needed, flux linkages for state, events by\n"
        "root finding. It shares no code, table or integrator with the solver. The second track is timed so "
        "badly that banks are cut off with a current flowing.",
        short_track_rows},
       {"Short tracks fed by converters",
        "`tests/validation/converter_oracle.py`: the same inductances, time as variable, flux slopes by "
        "central "
        "differences, the converters' work law from its own quadrature.",
        converter_rows},
       {"Short tracks in ngspice",
        "`tests/validation/ngspice/launch.py` writes the launch as a circuit: coupled inductors, capacitors, "
        "switches and diodes, the bucket's place and speed as two more voltages. ngspice 39\n"
        "integrates. Only M(z) is given to it, as a fit good to 2e-6 of M(0) (slope: 2e-5 of its largest).",
        ngspice_rows},
       {"Conservation",
        "The track takes the opposite impulse: forces coil by coil from the gradients of the inductances.",
        momentum_rows},
       {"Whole machines",
        "Against the prototype of the design study: an independent scalar program (Python, RK4 with event\n"
        "location, cubic table). It is a second program, not a measurement. Its firing of the one-coil "
        "machine\n"
        "was not recorded: advance 0, tuning 1, gain 0.1 and energy 1.015 were chosen so as to reproduce "
        "it.\n\n"
        "Tolerances above 1 %: the energy recovered is a small remainder (0.001 s of advance moves it by 3 "
        "%),\n"
        "and the stress of drive coils was recorded with two digits. Of the one-coil machine the stress in "
        "cruise was recorded, of the others that of the whole run.",
        machine_rows},
       {"Mass Driver 1 (1977)",
        "20 coils at 10 cm pitch, a bucket of 0.5 kg, 20–25 g over 2 m: a secondary source, without radii, "
        "currents, capacitance or voltage. Those are guesses here, so this row only says\n"
        "that such a machine is possible.",
        plausibility_rows}}};
  return page;
}

}  // namespace lunafab::massdriver::test
