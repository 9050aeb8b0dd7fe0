#include "app/ledger_flight.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "app/ledger_tools.hpp"
#include "orbit/goal.hpp"
#include "orbit/propagate.hpp"

namespace lunafab::app {
namespace {

using orbit::Body, orbit::Craft, orbit::OrbitCentre, orbit::ccsds::OemSegment;
constexpr double most_states = 1e6;
constexpr double day_s = 86400.0;

OrbitCentre centre_of(Body body) {
  return body == Body::earth ? OrbitCentre::earth : OrbitCentre::moon;
}

Body body_of(const orbit::OrbitRecord& record) {
  if (record.centre == OrbitCentre::earth) return Body::earth;
  if (record.centre == OrbitCentre::moon) return Body::moon;
  throw BadRequest(
      fmt::format("a state about the {} is not propagated: leave --span out", orbit::name(record.centre)));
}

/// One piece without burns, from `from` to `end_s` after `origin`; epochs at multiples of the step from
/// `origin`.
class Flight {
 public:
  Flight(const FlightRequest& request, const orbit::Dynamics& dynamics,
         const std::function<orbit::ccsds::Object(OrbitCentre)>& object_about)
      : request_(request), dynamics_(dynamics), object_about_(object_about) {}

  /// The craft at the end of the piece. @throws BadRequest where the path meets a body.
  Craft fly(const Craft& from, Epoch until) {
    const double span_s = (until.tt_days_since_j2000 - from.at.tt_days_since_j2000) * day_s;
    std::vector<Epoch> epochs{from.at};
    for (double t = request_.step_s; t < span_s - 0.5e-3; t += request_.step_s)
      epochs.push_back({from.at.tt_days_since_j2000 + t / day_s});
    epochs.push_back(until);
    const std::vector<Craft> crafts = orbit::sample(dynamics_, from, epochs);
    const Craft* before = nullptr;
    for (const Craft& craft : crafts) {
      if (before != nullptr && craft.centre != before->centre)
        add(orbit::about(craft, before->centre, *dynamics_.sky));
      if (before == nullptr || craft.centre != before->centre)
        segments_.push_back({.object = object_about_(centre_of(craft.centre))});
      add(craft);
      before = &craft;
    }
    return crafts.back();
  }
  std::vector<OemSegment> take() { return std::move(segments_); }
  std::vector<OemSegment>& segments() { return segments_; }

 private:
  void add(const Craft& craft) { segments_.back().states.push_back({craft.at, craft.r_m, craft.v_mps}); }

  const FlightRequest& request_;
  const orbit::Dynamics& dynamics_;
  const std::function<orbit::ccsds::Object(OrbitCentre)>& object_about_;
  std::vector<OemSegment> segments_;
};

Epoch epoch_of(std::int64_t tick_us, Epoch start) {
  return {start.tt_days_since_j2000 + seconds(Tick{tick_us}) / day_s};
}

}  // namespace

bool follows(const PostedBurn& burn, const PostedOrbit& state) {
  return burn.burn.epoch > state.orbit.epoch ||
         (burn.burn.epoch == state.orbit.epoch && burn.seq == state.seq);
}

std::vector<OemSegment> flown_segments(const Track& track, const FlightRequest& request,
                                       const std::function<orbit::ccsds::Object(OrbitCentre)>& object_about) {
  if (request.span_s / request.step_s * static_cast<double>(track.size()) > most_states)
    throw BadRequest("more than a million states: a longer --step or a shorter --span");
  const Epoch first = epoch_of(track.begin()->first, request.start),
              last = epoch_of(track.rbegin()->first, request.start);
  const orbit::Ephemeris sky = orbit::Ephemeris::from_erfa(
      {first.tt_days_since_j2000 - 1.0}, {last.tt_days_since_j2000 + request.span_s / day_s + 1.0});
  const orbit::Dynamics dynamics{.sky = &sky};
  Flight flight(request, dynamics, object_about);
  for (auto record = track.begin(); record != track.end(); ++record) {
    std::int64_t end_us = record->first + ticks_from_seconds(request.span_s).us;
    if (const auto next = std::next(record); next != track.end()) end_us = std::min(end_us, next->first);
    const PostedOrbit& posted = record->second;
    Craft craft{.at = epoch_of(record->first, request.start),
                .centre = body_of(posted.orbit),
                .r_m = posted.orbit.r_m,
                .v_mps = posted.orbit.v_mps};
    const std::size_t begin = flight.segments().size();
    for (const PostedBurn& next : request.burns) {
      const std::int64_t at_us = next.burn.epoch.us;
      if (!follows(next, posted) || at_us >= end_us) continue;
      if (at_us > record->first) craft = flight.fly(craft, epoch_of(at_us, request.start));
      craft.v_mps += next.burn.dv_mps;
    }
    (void)flight.fly(craft, epoch_of(end_us, request.start));
    if (posted.orbit.covariance)
      flight.segments()[begin].covariances.push_back(
          {epoch_of(record->first, request.start), *posted.orbit.covariance});
  }
  return flight.take();
}

}  // namespace lunafab::app
