#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>
#include "orbit/ledger_store.hpp"

namespace lunafab::orbit::test {

/// A directory of its own, gone with its owner.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lunafab-ledger-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::filesystem::remove(path);  // a file cut to nothing and rewritten is flushed to disk at once: slow
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Postings of lives that take random allowed steps; every posting differs from every other in every text.
class RandomLives {
 public:
  explicit RandomLives(std::uint64_t seed, std::size_t satellites = 20) : random_(seed), lives_(satellites) {}

  /// The next posting, or nothing once every life has ended.
  std::optional<Posting> next() {
    while (ended_ < lives_.size()) {
      const std::size_t i = random_() % lives_.size();
      std::vector<LifeState> choices;
      for (std::size_t s = 0; s < life_state_count; ++s) {
        const auto state = static_cast<LifeState>(s);
        if (lives_[i] ? may_follow(*lives_[i], state) : state == LifeState::ordered) choices.push_back(state);
      }
      if (choices.empty()) {
        if (!over_[i]) ++ended_;
        over_[i] = true;
        continue;
      }
      lives_[i] = choices[random_() % choices.size()];
      return posting(i + 1, *lives_[i]);
    }
    return {};
  }

 private:
  Posting posting(std::uint64_t serial, LifeState state) {
    ++count_;
    const std::string number = std::to_string(100000 + count_);
    Posting p{
        .serial = serial, .state = state, .product = "product-" + number, .destination = "orbit-" + number};
    p.tick = {86'400'000'000 * count_};
    p.mass_mg = 1'300'000'000 + count_;
    p.power_W = static_cast<std::int64_t>(random_() % 100'000);
    p.delta_v_mmps = static_cast<std::int64_t>(random_() % 5'000'000);
    p.note = "note-" + number;
    return p;
  }

  std::mt19937_64 random_;
  std::vector<std::optional<LifeState>> lives_;
  std::vector<bool> over_ = std::vector<bool>(lives_.size());
  std::size_t ended_ = 0;
  std::int64_t count_ = 0;
};

/// Random lives whose postings carry every kind of part now and then, with notes between the steps.
class FullLives {
 public:
  explicit FullLives(std::uint64_t seed, std::size_t satellites = 20)
      : random_(seed), steps_(seed, satellites) {}

  std::optional<Posting> next() {
    if (!known_.empty() && random_() % 3 == 0) return note();
    auto step = steps_.next();
    if (!step) return {};
    last_tick_ = step->tick;
    known_.push_back(step->serial);
    add_parts(*step);
    return step;
  }

 private:
  Posting note() {
    Posting p{.tick = last_tick_, .serial = known_[random_() % known_.size()], .kind = PostingKind::note};
    p.note = "note-" + std::to_string(random_() % 1000);
    p.delta_v_mmps = static_cast<std::int64_t>(random_() % 5000);
    if (random_() % 4 == 0) p.power_W = static_cast<std::int64_t>(random_() % 100'000);
    add_parts(p);
    return p;
  }

  double real() { return static_cast<double>(random_() >> 11) * 0x1p-53 - 0.5; }

  OrbitRecord orbit(OrbitKind kind) {
    OrbitRecord o{.kind = kind, .centre = static_cast<OrbitCentre>(random_() % 4), .epoch = last_tick_};
    o.r_m = {7e6 * real(), -0.0, 7e6};
    o.v_mps = {7e3 * real(), 7e3 * real(), 12.0};
    if (random_() % 2 == 0) {
      o.covariance.emplace().fill(-0.25);
      for (std::size_t row = 0, at = 0; row < 6; at += ++row + 1) (*o.covariance)[at] = real() + 1.0;
    }
    return o;
  }

  void add_parts(Posting& p) {
    const std::uint64_t dice = random_();
    if (dice % 4 == 0) p.orbits.push_back(orbit(OrbitKind::definitive));
    if (dice / 4 % 4 == 0) p.orbits.push_back(orbit(OrbitKind::predicted));
    if (dice / 16 % 4 == 0) p.slot = SlotRecord{"shell-" + std::to_string(dice % 7), 3, -4};
    if (dice / 64 % 4 == 0) p.capacity = Capacity{100'000, 1e15 * (1.0 + real()), 0.02};
    if (dice / 256 % 4 == 0) p.reserve = Reserve{1234, {}};
    if (dice / 1024 % 4 == 0) p.reserve = Reserve{{}, 17.5 + real()};
    if (dice / 16384 % 4 == 0)
      p.burns = {{.epoch = last_tick_, .dv_mps = {real(), -0.0, 3.0}}, {.epoch = last_tick_ + Ticks{5}}};
    if (dice / 4096 % 4 == 0) p.provenance = Provenance{"regolith-" + std::to_string(dice % 11), "lot-7"};
  }

  std::mt19937_64 random_;
  RandomLives steps_;
  std::vector<std::uint64_t> known_;
  Tick last_tick_{};
};

inline const Epoch start{11000.5};

/// A closed ledger of `postings` postings of full random lives, committed every seven, with checkpoints.
inline void write_full_ledger(const std::string& path, std::int64_t postings, std::uint64_t seed = 1,
                              std::int64_t checkpoint_every = 20) {
  LedgerStore store(path, LedgerStore::Open::create, start, checkpoint_every);
  FullLives lives(seed, static_cast<std::size_t>(postings));
  for (std::int64_t i = 0; i < postings; ++i) {
    store.post(*lives.next());
    if (i % 7 == 0) store.commit();
  }
  store.commit();
}

/// A closed ledger of `postings` postings of random lives, committed every seven.
inline void write_ledger(const std::string& path, std::int64_t postings, std::uint64_t seed = 1) {
  LedgerStore store(path, LedgerStore::Open::create, start);
  RandomLives lives(seed, static_cast<std::size_t>(postings));
  for (std::int64_t i = 0; i < postings; ++i) {
    store.post(*lives.next());
    if (i % 7 == 0) store.commit();
  }
  store.commit();
}

/// Everything a reader is told, as text.
inline std::string contents(const LedgerStore& store) {
  std::string text = store.head() + " " + std::to_string(store.postings());
  for (const auto n : store.census().now) text += " " + std::to_string(n);
  for (const auto n : store.census().ever) text += " " + std::to_string(n);
  text += " " + std::to_string(store.census().active_W);
  store.each_link([&](const Posting& p, const std::string& link) {
    text += "\n" + std::to_string(p.seq) + " " + std::to_string(p.tick.us) + " " + std::to_string(p.serial) +
            " " + std::string(name(p.state)) + " " + p.product + " " + p.destination + " " +
            std::to_string(p.mass_mg) + " " + std::to_string(p.power_W) + " " +
            std::to_string(p.delta_v_mmps) + " " + p.note + " " + link;
  });
  store.states_at(never).each([&](const SatelliteState& s) {
    text += "\n" + std::to_string(s.serial) + " " + std::to_string(s.seq);
  });
  return text;
}

}  // namespace lunafab::orbit::test
