#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"

namespace lunafab::orbit {

/// Everything a satellite's postings say together, but for the orbit records and provenance: where those
/// stand. At most 400 bytes.
struct SatelliteState {
  std::uint64_t serial = 0;
  std::int64_t seq = 0;  ///< of the latest posting
  Tick latest{};         ///< when that was
  Tick since{};          ///< when it entered its state
  LifeState state = LifeState::ordered;
  std::uint16_t visited = 0;                              ///< states it ever entered, one bit each
  std::uint32_t product = 0, destination = 0, shell = 0;  ///< see Snapshot::name_of
  std::int64_t plane = 0, place = 0;
  bool has_slot = false;
  std::int64_t mass_mg = 0;
  std::int64_t power_W = 0;  ///< as posted
  std::int64_t delta_v_spent_mmps = 0;
  std::optional<std::int64_t> delta_v_left_mmps{};
  std::optional<double> dose_Gy{};
  std::optional<Capacity> capacity{};
  Tick capacity_from{};
  std::int64_t definitive_seq = 0;  ///< posting with the latest orbit of this kind; 0: none
  std::int64_t predicted_seq = 0;
  std::int64_t provenance_seq = 0;

  Standing standing() const { return {state, latest, power_W, mass_mg}; }
};
static_assert(sizeof(SatelliteState) <= 400);

/// Power and compute that are there at an instant. Without a capacity record the power is what was posted.
struct CapacityNow {
  double power_W = 0.0;
  double compute_flops = 0.0;
};
CapacityNow capacity_at(const SatelliteState& satellite, Tick at);
/// Operational or degraded.
bool is_active(LifeState state);

/// The state of every satellite, as far as postings have been folded in.
class Snapshot {
 public:
  /// In order of seq; what the life cycle forbids is not looked at.
  void fold(const Posting& posting);
  /// The state of a satellite, if it has been posted.
  const SatelliteState* find(std::uint64_t serial) const;
  /// Calls `use` with each satellite, in order of serial.
  template <class Use>
  void each(Use use) const {
    auto late = late_.begin();
    for (const SatelliteState& state : states_) {
      for (; late != late_.end() && late->first < state.serial; ++late) use(late->second);
      use(state);
    }
  }
  std::size_t size() const { return states_.size() + late_.size(); }
  const std::string& name_of(std::uint32_t number) const { return names_[number]; }
  Census census() const;

  /// As bytes; the same postings give the same bytes. About 20 bytes a satellite.
  std::string encode() const;
  /// @throws std::runtime_error where the bytes are no snapshot.
  static Snapshot decode(std::string_view bytes);

 private:
  template <class Self>
  static auto* locate(Self& self, std::uint64_t serial);
  SatelliteState& at(std::uint64_t serial);
  std::uint32_t number_of(const std::string& name);

  // Serials mostly come in order, and then stand in `states_` in that order. One that comes after a larger
  // one stands in `late_`.
  std::vector<SatelliteState> states_;
  std::map<std::uint64_t, SatelliteState> late_;
  std::vector<std::string> names_{""};
  std::unordered_map<std::string, std::uint32_t> numbers_{{"", 0}};
};

}  // namespace lunafab::orbit
