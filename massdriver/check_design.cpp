#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "core/constants.hpp"
#include "massdriver/examination.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/read_design.hpp"
#include "massdriver/sections.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double rounding = 1e-9;
constexpr double J_per_GJ = 1e9;
constexpr double most_section_stages = 200000;             // as of the track
constexpr double least_injection_mps = 2.0 * walking_mps;  // a section that does something

// ---- derived values

double loaded_kg(const DriverDesign& d) {
  return d.payload_kg + d.bucket_kg;
}
double length_m(const DriverDesign& d) {
  return d.track.stages * d.track.pitch_m;
}
double speed_square_gain(const DriverDesign& d) {
  return d.muzzle_speed_mps * d.muzzle_speed_mps - d.injection.speed_mps * d.injection.speed_mps;
}
/// From rest to release, at uniform acceleration along the main section.
double launch_s(const DriverDesign& d) {
  return d.injection.speed_mps / d.injection.acceleration_mps2 +
         2.0 * length_m(d) / (d.injection.speed_mps + d.muzzle_speed_mps) +
         d.track.drift_m / d.muzzle_speed_mps;
}
/// From a bank's firing to its current's second zero, in half waves: T = 2π√(LC) at the nominal speed.
double full_cycle(const Firing& firing) {
  return 2.0 * std::sqrt(firing.tuning);
}

// ---- firing

void check_window(Examination& of) {
  if (!of.sound({"track.pitch", "track.half_wave", "bucket.coils.spacing", "bucket.coils.count",
                 "firing.advance", "firing.latest_opening"})) {
    return;
  }
  const DriverDesign& d = of.design;
  const double span_m = (d.bucket.count - 1) * d.bucket.spacing_m +
                        (1.0 + d.firing.advance + d.firing.latest_opening) * d.track.half_wave_m;
  const double stages = std::floor(span_m / d.track.pitch_m) + 1.0;
  if (stages <= widest_window_stages) return;
  of.fail(
      "track.pitch",
      fmt::format("the bucket's coils work on up to {} stages at once, more than the {} the solver couples",
                  stages, widest_window_stages),
      fmt::format("more than {:.4g} m, or a shorter half wave or bucket", span_m / widest_window_stages));
}

void check_cycle(Examination& of) {
  if (!of.sound({"firing.advance", "firing.tuning", "firing.latest_opening"})) return;
  const DriverDesign& d = of.design;
  const double cycle = full_cycle(d.firing), second_zero = cycle - (1.0 + d.firing.advance);
  if (less(d.firing.latest_opening, second_zero)) {
    of.fail("firing.latest_opening",
            fmt::format("a full cycle at this advance and tuning ends at {:.4g} half waves: every bank would "
                        "be cut off with its current flowing",
                        second_zero),
            at_least(second_zero, "(half waves), or a smaller tuning"));
  }
  if (d.bucket.count < 2 || !of.sound({"bucket.coils.spacing", "bucket.coils.count", "track.half_wave"}))
    return;
  const double open = std::min(cycle, 1.0 + d.firing.advance + d.firing.latest_opening);
  if (less(d.bucket.spacing_m, open * d.track.half_wave_m)) {
    of.fail("bucket.coils.spacing",
            "the bank of a bucket coil would fire into a drive coil that still carries the cycle of the coil "
            "before it",
            at_least(open * d.track.half_wave_m, "m, or a smaller tuning"));
  }
}

void check_errors(Examination& of) {
  if (!of.sound({"errors.early", "errors.early_by"})) return;
  if (of.design.errors.stage_early > 0.0 && of.design.errors.early_by == 0.0) {
    of.fail("errors.early_by", "banks may fire early, but by nothing",
            "more than 0 (half waves), where `errors.early` is more than 0");
  }
}

// ---- speeds and energies

/// False where the main section has nothing to add.
bool check_speeds(Examination& of) {
  if (!of.sound({"muzzle_speed", "injection.speed"})) return false;
  const DriverDesign& d = of.design;
  if (d.muzzle_speed_mps > d.injection.speed_mps) return true;
  of.fail("muzzle_speed",
          fmt::format("is not above the injection speed of {:.4g} m/s", d.injection.speed_mps),
          fmt::format("more than {:.4g} m/s", d.injection.speed_mps));
  return false;
}

void check_acceleration(Examination& of) {
  const DriverDesign& d = of.design;
  const double limit = d.limits.acceleration_mps2;
  if (!of.sound({"limits.acceleration", "track.stages", "track.pitch"})) return;
  const double mean = speed_square_gain(d) / (2.0 * length_m(d));
  if (!less(limit, mean)) return;
  const double stages = std::ceil(speed_square_gain(d) / (2.0 * limit * d.track.pitch_m) - rounding);
  of.fail("limits.acceleration",
          fmt::format("the track of {:.4g} km demands a mean of {:.4g} m/s2 ({:.3g} g0) for the muzzle speed",
                      length_m(d) / 1e3, mean, mean / constants::standard_gravity_mps2),
          at_least(mean, fmt::format("m/s2, or {:.0f} stages ({:.4g} km)", stages,
                                     stages * d.track.pitch_m / 1e3)));
}

void check_train(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"track.stages", "track.pitch", "bucket.coils.count", "bucket.coils.spacing"})) return;
  const double train_m = (d.bucket.count - 1) * d.bucket.spacing_m;
  if (length_m(d) > train_m) return;
  of.fail("track.stages",
          fmt::format("the track is {:.4g} m long, the bucket's coils span {:.4g} m", length_m(d), train_m),
          fmt::format("at least {:.0f}", std::floor(train_m / d.track.pitch_m) + 1.0));
}

/// Stages of a section that changes the squared speed by `change` must be a number the solver bears.
void check_section(Examination& of, const char* path, double change, double mps2) {
  const double stages = std::abs(change) / (2.0 * mps2 * of.design.track.pitch_m);
  if (stages <= most_section_stages) return;
  of.fail(path, fmt::format("makes a section of {:.3g} stages", stages),
          at_least(mps2 * stages / most_section_stages, "m/s2"));
}

void check_injection(Examination& of) {
  const DriverDesign& d = of.design;
  const double walking_sq = walking_mps * walking_mps;
  if (of.sound({"injection.speed"}) && !(d.injection.speed_mps >= least_injection_mps)) {
    of.fail("injection.speed",
            fmt::format("is next to the walking speed of {:g} m/s, at which it begins", walking_mps),
            at_least(least_injection_mps, "m/s"));
  }
  if (of.sound({"injection.speed", "injection.acceleration", "track.pitch"})) {
    check_section(of, "injection.acceleration", d.injection.speed_mps * d.injection.speed_mps - walking_sq,
                  d.injection.acceleration_mps2);
  }
  if (of.sound({"muzzle_speed", "return.brake", "track.pitch"})) {
    check_section(of, "return.brake", d.muzzle_speed_mps * d.muzzle_speed_mps - walking_sq,
                  d.back.brake_mps2);
  }
  if (of.sound({"injection.acceleration", "limits.acceleration"}) &&
      less(d.limits.acceleration_mps2, d.injection.acceleration_mps2)) {
    of.fail("injection.acceleration", "is above the acceleration limit",
            at_most(d.limits.acceleration_mps2, "m/s2"));
  }
}

void check_trigger(Examination& of) {
  const DriverDesign& d = of.design;
  if (d.store.kind != StoreKind::capacitor && d.firing.trigger == Trigger::open_loop &&
      of.sound({"store.kind", "firing.trigger"})) {
    of.fail("firing.trigger", "is open_loop, but the converters of a central store follow the bucket's place",
            "position or velocity_feedback, or `store.kind: capacitor`");
  }
}

void check_store(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"store.capacity", "store.converter_efficiency", "store.depth", "firing.energy", "payload",
                 "bucket.mass"}) ||
      d.store.capacity_J == 0.0) {
    return;
  }
  const double J_per_square = 0.5 * loaded_kg(d) * d.firing.energy / usable_share(d.store);
  const double demand_J = J_per_square * speed_square_gain(d);
  if (!less(d.store.capacity_J, demand_J)) return;
  const double reach_mps =
      std::sqrt(d.injection.speed_mps * d.injection.speed_mps + d.store.capacity_J / J_per_square);
  of.fail("store.capacity",
          fmt::format("a launch at the muzzle speed takes {:.4g} GJ: it is a speed the store cannot give",
                      demand_J / J_per_GJ),
          at_least(demand_J / J_per_GJ, "GJ, or a muzzle speed of " + at_most(reach_mps, "m/s")));
}

void check_standby(Examination& of) {
  const DriverDesign& d = of.design;
  if (of.sound({"store.standby", "bus"}) && !(d.store.standby_W < d.bus_W))
    of.fail("store.standby", "takes all the bus gives", fmt::format("less than {:.4g} W", d.bus_W));
}

void check_losses(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"losses", "payload", "bucket.mass", "track.stages", "track.pitch"})) return;
  const double thrust_N = loaded_kg(d) * speed_square_gain(d) / (2.0 * length_m(d));
  const double loss_N = d.losses.drag_N_at_reference + d.losses.eddy_N_per_mps * d.muzzle_speed_mps;
  if (less(thrust_N, loss_N)) {
    of.fail("losses", fmt::format("retard with up to {:.4g} N, more than the mean thrust", loss_N),
            at_most(thrust_N, "N of drag and eddy force together"));
  }
}

// ---- after the launch

void check_catcher(Examination& of) {
  const DriverDesign& d = of.design;
  const Return& back = d.back;
  if (back.catcher_m == 0.0 || !of.sound({"return.catcher", "muzzle_speed"})) return;
  const double square = d.muzzle_speed_mps * d.muzzle_speed_mps;
  const double needed_m = 0.5 * square / back.catcher_mps2;
  if (less(back.catcher_m, needed_m)) {
    of.fail("return.catcher.length",
            fmt::format("an abort at the muzzle speed takes {:.4g} km to stop", needed_m / 1e3),
            at_least(needed_m, fmt::format("m, or a deceleration of {}",
                                           at_least(0.5 * square / back.catcher_m, "m/s2"))));
  }
  if (of.sound({"limits.acceleration"}) && less(d.limits.acceleration_mps2, back.catcher_mps2)) {
    of.fail("return.catcher.deceleration", "is above the acceleration limit: the payload would not survive",
            at_most(d.limits.acceleration_mps2, "m/s2"));
  }
}

void check_receiving(Examination& of) {
  const DriverDesign& d = of.design;
  if (d.back.receiving_J == 0.0 || !of.sound({"return.receiving", "muzzle_speed", "bucket.mass"})) return;
  const double stop_J = 0.5 * d.bucket_kg * d.muzzle_speed_mps * d.muzzle_speed_mps * d.back.recovery;
  if (less(d.back.receiving_J, stop_J)) {
    of.fail(
        "return.receiving",
        fmt::format("braking the empty bucket from the muzzle speed gives {:.4g} GJ back", stop_J / J_per_GJ),
        at_least(stop_J / J_per_GJ, "GJ"));
  }
}

void check_round(Examination& of) {
  const DriverDesign& d = of.design;
  if (!of.sound({"return.brake", "return.cycle", "return.buckets", "return.clear", "track.stages",
                 "track.pitch", "track.drift", "injection", "muzzle_speed"})) {
    return;
  }
  const double braked_s = launch_s(d) + d.muzzle_speed_mps / d.back.brake_mps2;
  if (less(d.back.cycle_s, braked_s)) {
    return of.fail("return.cycle", fmt::format("launch and braking alone take {:.4g} s", braked_s),
                   at_least(braked_s, "s"));
  }
  const double track_s = launch_s(d) + d.back.clear_s;
  const double useful = std::max(1.0, std::floor(d.back.cycle_s / track_s + rounding));
  if (d.back.buckets > useful) {
    of.fail("return.buckets",
            fmt::format("come round faster than the track, {:.4g} s a launch, can take them", track_s),
            fmt::format("at most {:.0f}", useful));
  }
}

}  // namespace

void check_design(const DriverDesign& design, const Node& body, const std::string& path, Findings& findings) {
  Examination of(design, body, path, findings);
  check_coils(of);
  check_window(of);
  if (design.store.kind == StoreKind::capacitor) check_cycle(of);
  check_trigger(of);
  check_standby(of);
  check_errors(of);
  check_train(of);
  check_injection(of);
  if (check_speeds(of)) {
    check_acceleration(of);
    check_store(of);
    check_losses(of);
  }
  check_catcher(of);
  check_receiving(of);
  check_round(of);
  check_sled(of);
}

}  // namespace lunafab::massdriver
