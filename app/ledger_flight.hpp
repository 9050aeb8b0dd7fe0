#pragma once
#include <functional>
#include <map>
#include <vector>
#include "core/tick.hpp"
#include "orbit/ccsds.hpp"
#include "orbit/posting.hpp"

// Ephemerides propagated from the orbit records of a ledger.
namespace lunafab::app {

/// With the number of the posting that it stands in.
struct PostedOrbit {
  orbit::OrbitRecord orbit;
  std::int64_t seq = 0;
};
struct PostedBurn {
  orbit::BurnRecord burn;
  std::int64_t seq = 0;
};
/// Whether a burn comes after a state. At the state's own epoch it does if one posting gives both: a plan
/// begins with the state before its burns. The state of a later posting has them behind it.
bool follows(const PostedBurn& burn, const PostedOrbit& state);

/// Records of one kind by the microsecond of their epoch.
using Track = std::map<std::int64_t, PostedOrbit>;

struct FlightRequest {
  Epoch start;  ///< of the ledger
  double span_s = 0.0, step_s = 600.0;
  std::vector<PostedBurn> burns;  ///< in order of time
};

/// From each record on until `span_s` later or the next record: lunar field to degree 8, Earth with J2, Sun,
/// and the burns on the way. A new segment for each record and burn, and where the centre changes: the state
/// there stands in both; `object_about` gives its metadata. @throws BadRequest for other centres than Earth
/// and Moon, and too many states.
std::vector<orbit::ccsds::OemSegment> flown_segments(
    const Track& track, const FlightRequest& request,
    const std::function<orbit::ccsds::Object(orbit::OrbitCentre)>& object_about);

}  // namespace lunafab::app
