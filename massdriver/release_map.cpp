#include "massdriver/release_map.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

constexpr unsigned all = (1u << latch_count) - 1;

LatchSet latch_set(unsigned closed) {
  LatchSet set{};
  for (unsigned i = 0; i < latch_count; ++i) set[i] = (closed >> i & 1u) != 0;
  return set;
}

/// Rails that stay where they are: over the push-off, hundreds of metres of track, the rates of its beginning
/// would lead the bucket astray.
FullMatrix on_still_rails(FullMatrix rates) {
  rates.middleCols<rail_size / 2>(state_size + rail_size / 2).setZero();
  return rates;
}

}  // namespace

ReleaseMap::ReleaseMap(const SledDesign& design, double speed_mps, double lead_s, const SledVector& nominal)
    : lead_s_(lead_s) {
  Drive drive = drive_at(design, {.speed_mps = speed_mps});
  lift_mps2_ = drive.lift_mps2;
  const SledModel model = assemble_sled(design, {});
  const SledVector at = equilibrium(model, drive);  // latched
  for (unsigned closed = 0; closed <= all; ++closed) {
    drive.latches = latch_set(closed);
    FullMatrix over = propagator(generator(design, drive, at), tick_s);
    for (Rows& rows : over_[closed]) {
      rows = over.topRows<tracked_size>();
      over = (over * over).eval();
    }
  }
  FullVector state;
  state << nominal, Eigen::Matrix<double, rail_size, 1>::Zero(), input_vector({});
  advance(state, all, std::lround(lead_s / tick_s));
  drive.latches = latch_set(0);
  push_off(design, drive, state);
}

/// Steps along the nominal push-off, each linear about its middle, until the spring is relaxed. That others
/// relax a little earlier or later is of second order: the force is nearly zero then.
void ReleaseMap::push_off(const SledDesign& design, Drive drive, FullVector nominal) {
  constexpr double step_s = 5e-3;
  constexpr int longest = 2000;
  const SledModel model = assemble_sled(design, {});
  const auto left_m = [&](const FullVector& state) {
    return load_pair(model, drive, place(model, state.head<state_size>())).push_left_m;
  };
  FullMatrix so_far = FullMatrix::Identity();
  double before_m = model.push_N_per_m > 0.0 ? left_m(nominal) : 0.0;
  for (int i = 0; before_m > 0.0; ++i) {
    expects(i < longest, "reduced ride: the push-off spring does not let go within 10 s");
    const FullMatrix here = on_still_rails(generator(design, drive, nominal.head<state_size>()));
    const FullVector middle = propagator(here, 0.5 * step_s) * nominal;
    const FullMatrix there = on_still_rails(generator(design, drive, middle.head<state_size>()));
    FullMatrix over = propagator(there, step_s);
    double after_m = left_m(over * nominal), span_s = step_s;
    if (after_m <= 0.0) {
      span_s *= before_m / (before_m - after_m);
      over = propagator(there, span_s);
      after_m = 0.0;
    }
    nominal = (over * nominal).eval();
    so_far = (over * so_far).eval();
    separation_s_ += span_s;
    before_m = after_m;
  }
  finish_ = so_far.middleRows<6>(payload_mps);
}

void ReleaseMap::advance(FullVector& state, unsigned closed, long ticks) const {
  for (int power = powers; power-- > 0;) {
    for (const long size = 1L << power; ticks >= size; ticks -= size) {
      const TrackedVector next = over_[closed][static_cast<std::size_t>(power)] * state;
      state.head<tracked_size>() = next;
    }
  }
}

Eigen::Matrix<double, 6, 1> ReleaseMap::release(const FullVector& before,
                                                const std::array<double, latch_count>& delay_s) const {
  constexpr double latest_s = 10.0;
  std::array<unsigned, latch_count> order{};
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](unsigned a, unsigned b) { return delay_s[a] < delay_s[b]; });
  expects(delay_s[order.back()] <= latest_s, "reduced ride: every latch must open within 10 s");
  FullVector state = before;
  unsigned closed = all;
  long now = 0;
  for (const unsigned latch : order) {
    const long opens = std::max(now, std::lround((lead_s_ + delay_s[latch]) / tick_s));
    advance(state, closed, opens - now);
    now = opens;
    closed &= ~(1u << latch);
  }
  Eigen::Matrix<double, 6, 1> end = finish_ * state;
  end[2] -= lift_mps2_ * (static_cast<double>(now) * tick_s - lead_s_ + separation_s_);
  return end;
}

Eigen::Matrix<double, 6, full_size> ReleaseMap::on_time() const {
  Eigen::Matrix<double, 6, full_size> rows;
  for (Eigen::Index i = 0; i < full_size; ++i) {
    FullVector unit = FullVector::Unit(i);
    advance(unit, all, std::lround(lead_s_ / tick_s));
    rows.col(i) = finish_ * unit;
  }
  rows(2, full_size - 1) -= lift_mps2_ * separation_s_;
  return rows;
}

}  // namespace lunafab::massdriver
