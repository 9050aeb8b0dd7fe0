#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include "core/contract.hpp"
#include "orbit/ccsds.hpp"
#include "tests/orbit/ccsds_fixture.hpp"
using namespace lunafab;
using namespace lunafab::orbit;
using namespace lunafab::orbit::ccsds;
using namespace lunafab::orbit::test;
using Catch::Contains;
using nlohmann::json;

namespace {

const Header header{
    .comments = {"a & b <c>"}, .creation_date = "2031-02-03T04:05:06", .originator = "LUNAFAB"};
const State leo{.epoch = {11'000.25},
                .r_m = {6'978'137.012'345'678, -1.5, 12'345.678'9},
                .v_mps = {-0.001'234'567, 7'558.123'456'789, 1e-9}};

Covariance terms() {
  Covariance c{};
  for (std::size_t i = 0; i < c.size(); ++i)
    c[i] = (i % 2 == 0 ? 1.0 : -1.0) * 123.456 * static_cast<double>(i + 1);
  return c;
}

Object object(OrbitCentre centre) {
  return {.name = "ai-sat-17",
          .id = object_id(2031, 17),
          .centre = centre,
          .frame = centre == OrbitCentre::earth ? RefFrame::gcrf : RefFrame::icrf,
          .comments = {"definitive"}};
}

/// A field of the first segment; `block` "" for the metadata.
json field(const json& read, const std::string& block, const std::string& keyword, std::size_t which = 0) {
  const json& segment = read["messages"][0]["segments"][0];
  return block.empty() ? segment["metadata"][keyword] : segment["data"][block][which][keyword];
}

// 15 digits are written, at most twelve of them decimals: half a unit of the last.
Approx digits15(double value) {
  return Approx(value).epsilon(5e-15).margin(1e-12);
}

const std::vector<Style> styles{{Encoding::kvn, Version::v2},
                                {Encoding::kvn, Version::v3},
                                {Encoding::xml, Version::v2},
                                {Encoding::xml, Version::v3}};

}  // namespace

TEST_CASE("opm: a strict reader finds every value, in every encoding and version", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  Opm message{.header = header,
              .object = object(OrbitCentre::moon),
              .state = leo,
              .mass_kg = 1300.5,
              .covariance = terms()};
  message.elements = osculating_elements(leo.r_m, leo.v_mps, 4.9e12);
  message.gm_m3ps2 = 4.9e12;
  message.manoeuvres = {
      {.ignition = {11'001.0}, .duration_s = 60.0, .delta_mass_kg = -1.5, .delta_v_mps = {1.0, -2.0, 0.0}},
      {.ignition = {11'002.0}}};
  for (const Style style : styles) {
    message.header.message_id = "message-1";
    const std::string text = write(message, style);
    const ReadBack back = read_back(dir, text);
    INFO(back.text << text);
    REQUIRE(back.code == 0);
    const json read = back.json();
    CHECK(read["messages"][0]["kind"] == "opm");
    CHECK(read["messages"][0]["version"] == (style.version == Version::v2 ? "2.0" : "3.0"));
    CHECK(read["messages"][0]["header"]["CREATION_DATE"] == "2031-02-03T04:05:06");
    CHECK(read["messages"][0]["header"]["COMMENT"][0] == "a & b <c>");
    CHECK(read["messages"][0]["header"].contains("MESSAGE_ID") == (style.version == Version::v3));
    CHECK(field(read, "", "OBJECT_ID") == "2031-001AAS");
    CHECK(field(read, "", "CENTER_NAME") == "MOON");
    CHECK(field(read, "", "REF_FRAME") == "ICRF");
    CHECK(field(read, "", "TIME_SYSTEM") == "TT");
    CHECK(field(read, "stateVector", "EPOCH") == "2030-02-12T18:00:00.000000");
    CHECK(field(read, "stateVector", "X").get<double>() == digits15(leo.r_m.x() * 1e-3));
    CHECK(field(read, "stateVector", "X_DOT").get<double>() == digits15(leo.v_mps.x() * 1e-3));
    CHECK(field(read, "stateVector", "Z_DOT").get<double>() == Approx(1e-12).epsilon(5e-15));
    CHECK(field(read, "keplerianElements", "GM").get<double>() == digits15(4900.0));
    CHECK(field(read, "spacecraftParameters", "MASS").get<double>() == digits15(1300.5));
    for (const char* keyword : {"SOLAR_RAD_AREA", "SOLAR_RAD_COEFF", "DRAG_AREA", "DRAG_COEFF"})
      CHECK(read["messages"][0]["segments"][0]["data"]["spacecraftParameters"][0].contains(keyword) ==
            (style.version == Version::v2));
    CHECK(field(read, "covarianceMatrix", "CX_X").get<double>() == Approx(123.456e-6).epsilon(5e-15));
    CHECK(field(read, "covarianceMatrix", "CZ_DOT_Z_DOT").get<double>() ==
          Approx(21 * 123.456e-6).epsilon(5e-15));
    CHECK(field(read, "covarianceMatrix", "CX_DOT_Z").get<double>() == Approx(9 * 123.456e-6).epsilon(5e-15));
    CHECK(field(read, "maneuverParameters", "MAN_DV_2").get<double>() == digits15(-0.002));
    CHECK(field(read, "maneuverParameters", "MAN_EPOCH_IGNITION", 1) == "2030-02-14T12:00:00.000000");
  }
}

TEST_CASE("oem: segments, states and covariances are read back in every encoding", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  OemSegment near{.object = object(OrbitCentre::earth)},
      far{.object = object(OrbitCentre::earth_moon_barycentre)};
  for (int i = 0; i < 5; ++i) {
    State state = leo;
    state.epoch.tt_days_since_j2000 += i;
    state.r_m.x() += i;
    near.states.push_back(state);
    if (i % 2 == 0) near.covariances.push_back({state.epoch, terms()});
  }
  far.states = {leo};
  const Oem message{.header = header, .segments = {near, far}};
  for (const Style style : styles) {
    const std::string text = write(message, style);
    const ReadBack back = read_back(dir, text);
    INFO(back.text << text);
    REQUIRE(back.code == 0);
    const json read = back.json()["messages"][0]["segments"];
    REQUIRE(read.size() == 2);
    CHECK(read[0]["metadata"]["START_TIME"] == "2030-02-12T18:00:00.000000");
    CHECK(read[0]["metadata"]["STOP_TIME"] == "2030-02-16T18:00:00.000000");
    CHECK(read[1]["metadata"]["CENTER_NAME"] == "EARTH BARYCENTER");
    REQUIRE(read[0]["data"]["stateVector"].size() == 5);
    CHECK(read[0]["data"]["stateVector"][3]["X"].get<double>() == digits15((leo.r_m.x() + 3) * 1e-3));
    REQUIRE(read[0]["data"]["covarianceMatrix"].size() == 3);
    CHECK(read[0]["data"]["covarianceMatrix"][2]["EPOCH"] == "2030-02-16T18:00:00.000000");
    CHECK(read[0]["data"]["covarianceMatrix"][1]["CZ_DOT_Z_DOT"].get<double>() ==
          Approx(21 * 123.456e-6).epsilon(5e-15));
    CHECK_FALSE(read[1]["data"].contains("covarianceMatrix"));
  }
  Oem wrong = message;
  std::swap(wrong.segments[0].states[1], wrong.segments[0].states[2]);
  CHECK_THROWS_AS(write(wrong, {}), ContractError);
  wrong.segments[0].states.clear();
  CHECK_THROWS_AS(write(wrong, {}), ContractError);
  CHECK_THROWS_AS(write(Oem{.header = header}, {}), ContractError);
}

TEST_CASE("ndm: many messages in one file are read back, and versions do not mix", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  std::vector<std::string> messages;
  for (int i = 0; i < 3; ++i) {
    Opm message{.header = header, .object = object(OrbitCentre::earth), .state = leo};
    message.object.name = fmt::format("satellite {}", i);
    messages.push_back(write(message, {Encoding::xml, Version::v2}));
  }
  const ReadBack back = read_back(dir, combine(messages, Version::v2));
  INFO(back.text);
  REQUIRE(back.code == 0);
  REQUIRE(back.json()["messages"].size() == 3);
  CHECK(back.json()["messages"][2]["segments"][0]["metadata"]["OBJECT_NAME"] == "satellite 2");
  CHECK_THROWS_AS(combine(messages, Version::v3), ContractError);
  messages.push_back(write(Opm{.header = header, .object = object(OrbitCentre::earth), .state = leo}, {}));
  CHECK_THROWS_AS(combine(messages, Version::v2), ContractError);
}

TEST_CASE("ccsds: the reader refuses what the standard forbids", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  const std::string good =
      write(Opm{.header = header, .object = object(OrbitCentre::earth), .state = leo}, {});
  const auto refused = [&](const std::string& what, const std::string& instead) {
    std::string bad = good;
    bad.replace(bad.find(what), what.size(), instead);
    const ReadBack back = read_back(dir, bad);
    INFO(bad);
    CHECK(back.code != 0);
  };
  REQUIRE(read_back(dir, good).code == 0);
  refused("OBJECT_NAME = ai-sat-17\n", "");
  refused("OBJECT_NAME = ", "OBJECT_NAME =\t");
  refused("OBJECT_ID = 2031-001AAS\nCENTER_NAME = EARTH\n", "CENTER_NAME = EARTH\nOBJECT_ID = 2031-001AAS\n");
  refused("[km]", "[m]");
  refused("2031-001AAS", "2031-001IOU");
  refused("ORIGINATOR = LUNAFAB\n", "");
  refused("Z = ", "Z = 1,");
}

TEST_CASE("ccsds: names carry no line breaks, tabs or foreign letters into a message", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  Opm message{.header = header, .object = object(OrbitCentre::earth), .state = leo};
  message.object.name = "s\xc3\xa9lene\tone\nX = 1";
  for (const Style style : styles) {
    const ReadBack back = read_back(dir, write(message, style));
    INFO(back.text);
    REQUIRE(back.code == 0);
    CHECK(field(back.json(), "", "OBJECT_NAME") == "s?lene one X = 1");
  }
  message.object.centre = OrbitCentre::moon;
  CHECK_THROWS_WITH(write(message, {}), Contains("GCRF is centred on the Earth"));
}

TEST_CASE("ccsds: long comments become lines that the standard allows", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  Header wordy = header;
  wordy.comments = {std::string(250, 'a') + " " + std::string(120, 'b') + " " + std::string(130, 'c')};
  const std::string text = write(Opm{.header = wordy, .object = object(OrbitCentre::moon), .state = leo}, {});
  const ReadBack back = read_back(dir, text);  // which refuses lines of more than 254 characters
  INFO(back.text << text);
  REQUIRE(back.code == 0);
  const json comments = back.json()["messages"][0]["header"]["COMMENT"];
  REQUIRE(comments.size() == 3);
  CHECK(comments[1] == std::string(10, 'a') + " " + std::string(120, 'b'));
  CHECK(comments[2] == std::string(130, 'c'));
}

TEST_CASE("ccsds: names of a launch's pieces are distinct and use neither I nor O", "[orbit][ccsds]") {
  std::set<std::string> names;
  for (std::uint64_t serial = 1; serial <= 3 * static_cast<std::uint64_t>(pieces_a_launch); ++serial)
    names.insert(object_id(2031, serial));
  CHECK(names.size() == 41'472);
  CHECK(object_id(2031, 1) == "2031-001AAA");
  CHECK(object_id(2031, 13'824) == "2031-001ZZZ");
  CHECK(object_id(2031, 13'825) == "2031-002AAA");
  CHECK(object_id(2031, 13'810'176) == "2031-999ZZZ");
  CHECK(object_id(2031, 13'810'177) == "UNKNOWN");
  CHECK(object_id(2031, 0) == "UNKNOWN");
  for (const std::string& name : names) REQUIRE(name.find_first_of("IO") == std::string::npos);
}
