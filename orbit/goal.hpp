#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>
#include "orbit/propagate.hpp"

namespace lunafab::orbit {

/// A number that a coast is to end with, of the state about `body` where the coast ends.
enum class Quantity : std::uint8_t {
  x,
  y,
  z,                 ///< m, GCRF axes
  radius,            ///< m; at an apsis exact to first order, since it does not change there
  angular_momentum,  ///< m²/s, magnitude
  polar_momentum,    ///< m²/s, its part along the body's pole of date; over the magnitude it is cos i
  c3                 ///< m²/s², about the Earth–Moon barycentre with the sum of the GMs
};

/// One demand: (quantity − value) ÷ scale is to be zero.
struct Demand {
  Quantity quantity = Quantity::x;
  double value = 0.0;
  double scale = 1.0;
};

/// Where a coast ends and what it is to end with: at most three demands.
struct Goal {
  Body body = Body::moon;
  std::optional<EventSpec> end{};  ///< else the coast ends at `latest`
  Epoch latest;                    ///< an event not met until then is not reached
  std::vector<Demand> demands;
};

/// A coast and how far it ends from its goal.
struct Aim {
  bool reached = false;  ///< the coast came to its end; else nothing below means anything
  Arc arc;
  Eigen::VectorXd residual;  ///< [demands], in scales
  Eigen::MatrixXd jacobian;  ///< [demands × 6] by the state at the start, where asked for
};

/// To be where a craft is, at its date.
Goal meeting(const Craft& craft);

enum class Derivatives : std::uint8_t { none, jacobian };

/// Value of a quantity in a state.
double value_of(Quantity quantity, Body body, const Craft& craft, const Dynamics& dynamics);

/// How far a state is from the demands of a goal, in their scales.
Eigen::VectorXd residuals(const Goal& goal, const Craft& end, const Dynamics& dynamics);

/// Flies one coast. The jacobian takes quantities as constant along the orbit around an event, which they are
/// but for perturbations: good for Newton steps, not for covariances of strongly perturbed ends.
Aim aim(const Dynamics& dynamics, const Craft& from, const Goal& goal, Derivatives derivatives,
        const Precision& precision = {});

/// A burn at the start of a coast.
struct BurnSolution {
  bool converged = false;
  Eigen::Vector3d dv_mps = Eigen::Vector3d::Zero();  ///< GCRF axes
  Aim aim;                                           ///< with jacobian, of the coast after the burn
  int iterations = 0;
};

/// A burn that meets the goal: Newton steps of least norm from `guess`.
BurnSolution meet_goal(const Dynamics& dynamics, const Craft& from, const Goal& goal,
                       const Eigen::Vector3d& guess_mps, double tolerance = 1e-6,
                       const Precision& precision = {});

/// The smallest burn that meets the goal, within about 0.1 % of its size: `meet_goal`,
/// then along what the goal does not feel. Converged where the residuals are below `tolerance` scales; a
/// local minimum.
BurnSolution solve_burn(const Dynamics& dynamics, const Craft& from, const Goal& goal,
                        const Eigen::Vector3d& guess_mps = Eigen::Vector3d::Zero(), double tolerance = 1e-6,
                        const Precision& precision = {});

/// The same craft about a body.
Craft about(const Craft& craft, Body body, const Ephemeris& sky);

/// The craft with a burn added.
Craft burnt(Craft craft, const Eigen::Vector3d& dv_mps);

/// The burn of least norm that takes a residual back to zero, to first order: −Jᵥ⁺ c.
Eigen::Vector3d least_burn_mps(const Eigen::MatrixXd& jacobian, const Eigen::VectorXd& residual);

/// ∂Δv/∂x of least norm that takes the jacobian's residual back to zero: −Jᵥ⁺ J [3×6].
Eigen::Matrix<double, 3, 6> correction_gain(const Eigen::MatrixXd& jacobian);

}  // namespace lunafab::orbit
