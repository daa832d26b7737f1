// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/report.hpp"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "core/utf8.hpp"

namespace suan {

namespace {

struct ReasonText {
  std::string_view name;
  std::string_view advice;
};

constexpr ReasonText reason_texts[] = {
    {"converged", "The recomputed residual is below the tolerance."},
    {"zero_right_hand_side", "The right-hand side is zero, so the solution is zero."},
    {"exact_initial_guess", "The initial guess already solved the system to the tolerance."},
    {"happy_breakdown", "The Krylov space became invariant: the solution is exact to rounding."},
    {"max_iterations",
     "The limit on iterations was reached: raise max_iterations, loosen rtol or use a stronger "
     "preconditioner."},
    {"time_limit",
     "The limit on time was reached: raise time_limit or use a stronger preconditioner."},
    {"interrupted",
     "The solve was asked to stop: x is the last iterate, from which another solve can go on."},
    {"stagnated",
     "The residual no longer falls: the tolerance is out of reach in this precision, or the "
     "matrix is singular. Loosen rtol or check the right-hand side."},
    {"diverged", "The residual grew: try gmres, or another preconditioner."},
    {"breakdown",
     "A division by zero inside the method: try another solver, or check for a singular "
     "matrix."},
    {"indefinite_matrix",
     "The matrix is not Hermitian or not positive definite, which the method requires: use "
     "minres if it is Hermitian, else gmres."},
    {"indefinite_preconditioner",
     "The preconditioner is not Hermitian positive definite, which the method requires: use "
     "another one, or gmres."},
    {"not_finite", "There is a NaN or an infinity in the matrix, the vectors or the iteration."},
};

std::string scientific(double value, int digits = 3) {
  std::ostringstream out;
  out << std::scientific << std::setprecision(digits) << value;
  return out.str();
}

/// Names and details may come from users; the member `detail` hides the namespace.
std::string utf8(const std::string& text) { return detail::valid_utf8(text); }

}  // namespace

std::string_view to_string(Reason reason) { return reason_texts[static_cast<int>(reason)].name; }
std::string_view advice(Reason reason) { return reason_texts[static_cast<int>(reason)].advice; }

double SolveReport::true_relative_residual() const noexcept {
  if (true_residual_norm == 0) return 0;
  return true_residual_norm / right_hand_side_norm;
}

std::string SolveReport::to_json(int indent) const {
  nlohmann::ordered_json json;
  json["reason"] = to_string(reason);
  json["converged"] = converged();
  json["advice"] = advice(reason);
  json["detail"] = utf8(detail);
  json["solver"] = utf8(solver);
  json["preconditioner"] = utf8(preconditioner);
  json["choice"] = utf8(choice);
  json["format"] = utf8(format);
  json["path"] = utf8(path);
  json["scalar"] = utf8(scalar);
  json["unknowns"] = unknowns;
  json["iterations"] = iterations;
  json["true_relative_residual"] = true_relative_residual();
  json["right_hand_side_norm"] = right_hand_side_norm;
  json["initial_residual_norm"] = initial_residual_norm;
  json["residual_norm"] = residual_norm;
  json["true_residual_norm"] = true_residual_norm;
  json["setup_seconds"] = setup_seconds;
  json["solve_seconds"] = solve_seconds;
  json["bytes_moved"] = bytes_moved;
  if (joules >= 0) {
    json["joules"] = joules;
  } else {
    json["joules"] = nullptr;
  }
  json["ranks"] = ranks;
  json["threads"] = threads;
  json["space"] = utf8(space);
  json["history"] = history;
  return json.dump(indent);
}

std::ostream& operator<<(std::ostream& out, const SolveReport& report) {
  const auto line = [&out](const char* label, const std::string& text) {
    out << "  " << std::left << std::setw(20) << label << text << '\n';
  };
  out << (report.converged() ? "solved: " : "NOT SOLVED: ") << to_string(report.reason) << '\n';
  if (!report.converged()) line("advice", std::string(advice(report.reason)));
  if (!report.detail.empty()) line("detail", report.detail);
  line("method", report.solver + " with preconditioner " + report.preconditioner);
  if (!report.choice.empty()) line("chosen because", report.choice);
  line("unknowns", std::to_string(report.unknowns) + " (" + report.scalar + ", " + report.format +
                       ", " + report.path + " kernels)");
  line("where", std::to_string(report.ranks) + (report.ranks == 1 ? " rank, " : " ranks, ") +
                    std::to_string(report.threads) +
                    (report.threads == 1 ? " thread" : " threads") + " each, " + report.space);
  line("iterations", std::to_string(report.iterations));
  line("relative residual", scientific(report.true_relative_residual()) + " (recomputed)");
  line("set-up", scientific(report.setup_seconds, 2) + " s");
  std::string solve = scientific(report.solve_seconds, 2) + " s";
  if (report.bytes_moved > 0 && report.solve_seconds > 0) {
    std::ostringstream rate;
    rate << std::setprecision(3) << static_cast<double>(report.bytes_moved) * 1e-9 << " GB moved, "
         << static_cast<double>(report.bytes_moved) * 1e-9 / report.solve_seconds << " GB/s";
    solve += " (" + rate.str() + ")";
  }
  line("solve", solve);
  line("energy", report.joules >= 0 ? scientific(report.joules) + " J" : "unavailable");
  return out;
}

}  // namespace suan
