#include "orbit/snapshot.hpp"
#include <algorithm>
#include <bit>
#include <stdexcept>

namespace lunafab::orbit {
namespace {

/// Integers in groups of seven bits, the lowest first; the top bit says that more follow. Small is short.
class Packer {
 public:
  explicit Packer(std::string& bytes) : bytes_(bytes) {}
  void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  void put_signed(std::int64_t value) {  // −1, 1, −2, 2 … as 1, 2, 3, 4 …
    put(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  /// The difference to the same field of the satellite before; it wraps round, so that every pair has one.
  void put_change(std::int64_t value, std::int64_t before) {
    put_signed(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(before)));
  }
  void put(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(bits >> (8 * i) & 0xff));
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }

 private:
  std::string& bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t get() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw std::runtime_error("a number of the snapshot does not end");
  }
  std::int64_t get_signed() {
    const std::uint64_t value = get();
    return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
  }
  std::int64_t get_change(std::int64_t before) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(before) +
                                     static_cast<std::uint64_t>(get_signed()));
  }
  double get_double() {
    std::uint64_t bits = 0;
    const std::string_view bytes = take(8);
    for (unsigned i = 0; i < 8; ++i)
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return std::bit_cast<double>(bits);
  }
  std::string get_text() { return std::string(take(get())); }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size()) throw std::runtime_error("the snapshot ends early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string_view bytes_;
};

// What a satellite has beside what every satellite has.
constexpr std::uint64_t slot = 1, delta_v_left = 2, dose = 4, capacity = 8, orbits = 16, provenance = 32;

std::uint64_t what_it_has(const SatelliteState& s) {
  std::uint64_t has = 0;
  if (s.has_slot) has |= slot;
  if (s.delta_v_left_mmps) has |= delta_v_left;
  if (s.dose_Gy) has |= dose;
  if (s.capacity) has |= capacity;
  if (s.definitive_seq != 0 || s.predicted_seq != 0) has |= orbits;
  if (s.provenance_seq != 0) has |= provenance;
  return has;
}

void pack(Packer& out, const SatelliteState& s, const SatelliteState& before) {
  const std::uint64_t has = what_it_has(s);
  out.put(s.serial - before.serial);
  out.put(has);
  out.put(static_cast<std::uint64_t>(s.state));
  out.put(std::uint64_t{s.visited});
  out.put_change(s.seq, before.seq);
  out.put_change(s.latest.us, before.latest.us);
  out.put_change(s.since.us, s.latest.us);
  out.put(std::uint64_t{s.product});
  out.put(std::uint64_t{s.destination});
  out.put_change(s.mass_mg, before.mass_mg);
  out.put_change(s.power_W, before.power_W);
  out.put_change(s.delta_v_spent_mmps, before.delta_v_spent_mmps);
  if (has & slot) out.put(std::uint64_t{s.shell}), out.put_signed(s.plane), out.put_signed(s.place);
  if (has & delta_v_left) out.put_signed(*s.delta_v_left_mmps);
  if (has & dose) out.put(*s.dose_Gy);
  if (has & capacity) {
    out.put_change(s.capacity->power_W, s.power_W);
    out.put(s.capacity->compute_flops), out.put(s.capacity->fade_per_year);
    out.put_change(s.capacity_from.us, s.latest.us);
  }
  if (has & orbits) out.put_change(s.definitive_seq, s.seq), out.put_change(s.predicted_seq, s.seq);
  if (has & provenance) out.put_change(s.provenance_seq, s.seq);
}

SatelliteState unpack(Unpacker& in, const SatelliteState& before) {
  SatelliteState s;
  s.serial = before.serial + in.get();
  const std::uint64_t has = in.get();
  s.state = static_cast<LifeState>(in.get());
  s.visited = static_cast<std::uint16_t>(in.get());
  s.seq = in.get_change(before.seq);
  s.latest.us = in.get_change(before.latest.us);
  s.since.us = in.get_change(s.latest.us);
  s.product = static_cast<std::uint32_t>(in.get());
  s.destination = static_cast<std::uint32_t>(in.get());
  s.mass_mg = in.get_change(before.mass_mg);
  s.power_W = in.get_change(before.power_W);
  s.delta_v_spent_mmps = in.get_change(before.delta_v_spent_mmps);
  s.has_slot = has & slot;
  if (s.has_slot) {
    s.shell = static_cast<std::uint32_t>(in.get());
    s.plane = in.get_signed();
    s.place = in.get_signed();
  }
  if (has & delta_v_left) s.delta_v_left_mmps = in.get_signed();
  if (has & dose) s.dose_Gy = in.get_double();
  if (has & capacity) {
    s.capacity.emplace().power_W = in.get_change(s.power_W);
    s.capacity->compute_flops = in.get_double();
    s.capacity->fade_per_year = in.get_double();
    s.capacity_from.us = in.get_change(s.latest.us);
  }
  if (has & orbits) {
    s.definitive_seq = in.get_change(s.seq);
    s.predicted_seq = in.get_change(s.seq);
  }
  if (has & provenance) s.provenance_seq = in.get_change(s.seq);
  return s;
}

/// The newer of a capacity record and a power posted later: the later power stands, and compute goes with it.
void fold_capacity(SatelliteState& s, const Posting& p) {
  if (p.capacity) {
    s.capacity = p.capacity;
    s.capacity_from = p.tick;
  } else if (s.capacity && p.power_W != s.power_W) {
    if (s.capacity->power_W != 0)
      s.capacity->compute_flops *= static_cast<double>(p.power_W) / static_cast<double>(s.capacity->power_W);
    s.capacity->power_W = p.power_W;
    s.capacity_from = p.tick;
  }
}

}  // namespace

CapacityNow capacity_at(const SatelliteState& satellite, Tick at) {
  if (!satellite.capacity) return {static_cast<double>(satellite.power_W), 0.0};
  const Capacity& c = *satellite.capacity;
  const double left = faded(c.fade_per_year, at - satellite.capacity_from);
  return {left * static_cast<double>(c.power_W), left * c.compute_flops};
}

bool is_active(LifeState state) {
  return state == LifeState::operational || state == LifeState::degraded;
}

void Snapshot::fold(const Posting& p) {
  SatelliteState& s = at(p.serial);
  if (p.kind == PostingKind::step) {
    s.state = p.state;
    s.since = p.tick;
    s.visited = static_cast<std::uint16_t>(s.visited | 1u << static_cast<unsigned>(p.state));
  }
  fold_capacity(s, p);
  s.seq = p.seq;
  s.latest = p.tick;
  if (p.kind == PostingKind::step || !p.product.empty()) s.product = number_of(p.product);
  if (p.kind == PostingKind::step || !p.destination.empty()) s.destination = number_of(p.destination);
  s.mass_mg = p.mass_mg;
  s.power_W = p.power_W;
  s.delta_v_spent_mmps += p.delta_v_mmps;
  if (p.slot) {
    s.has_slot = true;
    s.shell = number_of(p.slot->shell);
    s.plane = p.slot->plane;
    s.place = p.slot->place;
  }
  if (p.reserve && p.reserve->delta_v_left_mmps) s.delta_v_left_mmps = p.reserve->delta_v_left_mmps;
  if (p.reserve && p.reserve->dose_Gy) s.dose_Gy = p.reserve->dose_Gy;
  for (const OrbitRecord& orbit : p.orbits)
    (orbit.kind == OrbitKind::definitive ? s.definitive_seq : s.predicted_seq) = p.seq;
  if (p.provenance) s.provenance_seq = p.seq;
}

template <class Self>
auto* Snapshot::locate(Self& self, std::uint64_t serial) {
  auto& states = self.states_;
  using Found = decltype(states.data());
  if (states.empty() || serial > states.back().serial) return Found{};
  if (const std::uint64_t guess = serial - states.front().serial;  // serials mostly have no gaps
      guess < states.size() && states[guess].serial == serial)
    return &states[guess];
  const auto found =
      std::lower_bound(states.begin(), states.end(), serial,
                       [](const SatelliteState& s, std::uint64_t value) { return s.serial < value; });
  if (found->serial == serial) return &*found;
  const auto late = self.late_.find(serial);
  return late == self.late_.end() ? Found{} : &late->second;
}

const SatelliteState* Snapshot::find(std::uint64_t serial) const {
  return locate(*this, serial);
}

SatelliteState& Snapshot::at(std::uint64_t serial) {
  if (SatelliteState* known = locate(*this, serial)) return *known;
  SatelliteState fresh;
  fresh.serial = serial;
  if (!states_.empty() && serial < states_.back().serial) return late_.emplace(serial, fresh).first->second;
  if (states_.size() == states_.capacity()) states_.reserve(states_.size() + states_.size() / 4 + 1024);
  return states_.emplace_back(fresh);
}

std::uint32_t Snapshot::number_of(const std::string& name) {
  const auto [entry, fresh] = numbers_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
  if (fresh) names_.push_back(name);
  return entry->second;
}

Census Snapshot::census() const {
  Census census;
  each([&](const SatelliteState& s) { census.book_life(s.visited, s.standing()); });
  return census;
}

std::string Snapshot::encode() const {
  std::string bytes;
  bytes.reserve(32 * size());
  Packer out(bytes);
  out.put(static_cast<std::uint64_t>(names_.size()));
  for (const std::string& name : names_) out.put(name);
  out.put(static_cast<std::uint64_t>(size()));
  SatelliteState before;
  each([&](const SatelliteState& s) {
    pack(out, s, before);
    before = s;
  });
  return bytes;
}

Snapshot Snapshot::decode(std::string_view bytes) {
  Unpacker in(bytes);
  Snapshot snapshot;
  const std::uint64_t names = in.get();
  for (std::uint64_t i = 0; i < names; ++i) {
    const std::string name = in.get_text();
    if (snapshot.number_of(name) != i) throw std::runtime_error("a name stands twice in the snapshot");
  }
  const std::uint64_t count = in.get();
  snapshot.states_.reserve(std::min<std::uint64_t>(count, bytes.size()));
  SatelliteState before;
  for (std::uint64_t i = 0; i < count; ++i) {
    SatelliteState s = unpack(in, before);
    if (s.serial <= before.serial || static_cast<std::size_t>(s.state) >= life_state_count ||
        std::max({s.product, s.destination, s.shell}) >= snapshot.names_.size())
      throw std::runtime_error("a satellite of the snapshot is not possible");
    before = snapshot.states_.emplace_back(s);
  }
  if (!in.at_end()) throw std::runtime_error("the snapshot goes on after its end");
  return snapshot;
}

}  // namespace lunafab::orbit
