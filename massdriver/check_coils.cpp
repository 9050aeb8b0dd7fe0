#include <fmt/format.h>
#include <cmath>
#include <numbers>
#include "massdriver/coil_loss.hpp"
#include "massdriver/examination.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double A_per_MA = 1e6;
constexpr double A_per_m2_in_A_per_mm2 = 1e6;
constexpr double mm_per_m = 1e3;

void check_winding(Examination& of, const Winding& winding, const std::string& key) {
  if (!of.sound({key + ".radius", key + ".depth"})) return;
  if (less(2.0 * winding.radius_m, winding.depth_m)) {
    of.fail(key + ".depth", "is more than twice the mean radius: the coil would reach beyond its axis",
            at_most(2.0 * winding.radius_m, "m"));
  }
}

void check_bore(Examination& of) {
  if (!of.sound({"track.coil.radius", "track.coil.depth", "track.clearance", "bucket.coils.radius",
                 "bucket.coils.depth"})) {
    return;
  }
  const Track& track = of.design.track;
  const Winding& drive = track.coil.winding;
  const Winding& bucket = of.design.bucket.winding;
  const double bore_m = drive.radius_m - 0.5 * drive.depth_m;
  const double outer_m = bucket.radius_m + 0.5 * bucket.depth_m;
  const double gap_m = bore_m - outer_m;
  if (gap_m >= 0.0 && !less(gap_m, track.clearance_m)) return;
  const double largest_m = bore_m - track.clearance_m - 0.5 * bucket.depth_m;
  std::string allowed =
      largest_m > 0.0 ? at_most(largest_m, "m") : "a larger bore; no bucket coil of this depth fits";
  if (gap_m < 0.0) {
    of.fail("bucket.coils.radius",
            fmt::format("the bucket coil reaches out to {:.4g} m, the bore is {:.4g} m: it does not fit",
                        outer_m, bore_m),
            std::move(allowed));
  } else {
    of.fail("bucket.coils.radius",
            fmt::format("leaves a radial gap of {:.4g} mm, less than the clearance of {:.4g} mm",
                        gap_m * mm_per_m, track.clearance_m * mm_per_m),
            std::move(allowed));
  }
}

void check_rows(Examination& of) {
  const DriverDesign& d = of.design;
  const DriveCoil& coil = d.track.coil;
  if (of.sound({"track.coil.length", "track.pitch"}) && less(d.track.pitch_m, coil.winding.length_m)) {
    of.fail("track.coil.length", "is longer than the pitch: neighbouring drive coils overlap",
            at_most(d.track.pitch_m, "m"));
  }
  if (of.sound({"bucket.coils.length", "bucket.coils.spacing", "bucket.coils.count"}) && d.bucket.count > 1 &&
      less(d.bucket.spacing_m, d.bucket.winding.length_m)) {
    of.fail("bucket.coils.spacing", "is shorter than a coil: neighbouring bucket coils overlap",
            at_least(d.bucket.winding.length_m, "m"));
  }
  if (of.sound({"track.coil.strand", "track.coil.strands", "track.coil.depth"}) &&
      less(coil.winding.depth_m, coil.strands * coil.strand_m)) {
    of.fail("track.coil.strands",
            fmt::format("{} layers of {:.4g} mm are thicker than the coil", coil.strands,
                        coil.strand_m * mm_per_m),
            fmt::format("at most {}", std::floor(coil.winding.depth_m / coil.strand_m + 1e-9)));
  }
}

void check_bucket_mass(Examination& of) {
  if (!of.sound({"bucket.mass", "bucket.coils.count", "bucket.coils.radius", "bucket.coils.length",
                 "bucket.coils.depth", "bucket.coils.density"})) {
    return;
  }
  const BucketCoils& coils = of.design.bucket;
  const Winding& w = coils.winding;
  const double coils_kg =
      coils.count * 2.0 * std::numbers::pi * w.radius_m * w.length_m * w.depth_m * coils.density_kg_per_m3;
  if (less(of.design.bucket_kg, coils_kg)) {
    of.fail("bucket.mass", fmt::format("is less than its coils weigh, {:.4g} kg", coils_kg),
            at_least(coils_kg, "kg"));
  }
}

void check_drive_temperatures(Examination& of) {
  const DriveCoil& coil = of.design.track.coil;
  if (of.sound({"track.coil.temperature", "track.coil.conductor"}) &&
      resistivity_ohm_m(coil.conductor, coil.temperature_K) <=
          least_resistivity_share * coil.conductor.resistivity_ohm_m) {
    of.fail("track.coil.temperature", "the linear law of the conductor has no resistance left there",
            fmt::format("more than {:.4g} K",
                        coil.conductor.reference_K -
                            (1.0 - least_resistivity_share) / coil.conductor.temperature_coefficient_per_K));
  }
  if (of.sound({"track.coil.temperature", "track.coil.temperature_limit"}) &&
      coil.temperature_limit_K <= coil.temperature_K) {
    of.fail("track.coil.temperature_limit", "is not above the temperature before a launch",
            fmt::format("more than {:.4g} K", coil.temperature_K));
  }
  if (of.sound({"track.coil.radiator.sky", "track.coil.temperature_limit"}) &&
      coil.temperature_limit_K <= coil.sky_K) {
    of.fail("track.coil.radiator.sky", "is as warm as a coil may get: the radiator would never cool it",
            fmt::format("below {:.4g} K", coil.temperature_limit_K));
  } else if (of.sound({"track.coil.radiator", "track.coil.temperature_limit"}) &&
             coil.sky_K < coil.sky_night_K) {
    of.fail("track.coil.radiator.sky_night", "is warmer than the sky by day", at_most(coil.sky_K, "K"));
  }
}

void check_cryocooler(Examination& of) {
  const BucketCoils& coils = of.design.bucket;
  if (coils.heat_leak_W == 0.0 || !of.sound({"bucket.coils.heat_leak", "bucket.coils.cryocooler"})) return;
  if (coils.cryocooler_W <= coils.heat_leak_W) {
    of.fail("bucket.coils.cryocooler", "lifts no more than the heat leak: the coil would never cool down",
            fmt::format("more than {:.4g} W", coils.heat_leak_W));
  }
}

void check_superconductor(Examination& of) {
  const BucketCoils& coils = of.design.bucket;
  const Superconductor& wire = coils.superconductor;
  if (wire.jc0_A_per_m2 == 0.0 || !of.sound({"bucket.coils", "limits.quench_margin"})) return;
  if (coils.temperature_K >= wire.critical_temperature_K) {
    return of.fail("bucket.coils.temperature", "is not below the superconductor's critical temperature",
                   fmt::format("below {:.4g} K", wire.critical_temperature_K));
  }
  const double area_m2 = coils.winding.length_m * coils.winding.depth_m * coils.fill;
  const double bound_A = area_m2 * wire.jc0_A_per_m2 *
                         std::pow(1.0 - coils.temperature_K / wire.critical_temperature_K, wire.exponent) *
                         (1.0 - of.design.limits.quench_margin);
  if (less(bound_A, coils.current_A)) {
    of.fail("bucket.coils.current",
            fmt::format("{:.4g} A/mm2 are more than the superconductor carries with its margin, even without "
                        "any field",
                        coils.current_A / area_m2 / A_per_m2_in_A_per_mm2),
            at_most(bound_A / A_per_MA, "MA"));
  }
}

}  // namespace

void check_coils(Examination& of) {
  check_winding(of, of.design.track.coil.winding, "track.coil");
  check_winding(of, of.design.bucket.winding, "bucket.coils");
  check_bore(of);
  check_rows(of);
  check_bucket_mass(of);
  check_drive_temperatures(of);
  check_superconductor(of);
  check_cryocooler(of);
}

}  // namespace lunafab::massdriver
