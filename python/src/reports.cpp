// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "reports.hpp"

#include <sstream>

#include "arrays.hpp"
#include "bindings.hpp"

namespace suan::python {

nb::dict to_python(const SolveReport& report, const std::vector<std::string>& copied) {
  nb::dict fields;
  fields["reason"] = to_string(report.reason);
  fields["converged"] = report.converged();
  fields["advice"] = advice(report.reason);
  fields["detail"] = report.detail;
  fields["solver"] = report.solver;
  fields["preconditioner"] = report.preconditioner;
  fields["choice"] = report.choice;
  fields["format"] = report.format;
  fields["path"] = report.path;
  fields["scalar"] = report.scalar;
  fields["unknowns"] = report.unknowns;
  fields["iterations"] = report.iterations;
  fields["true_relative_residual"] = report.true_relative_residual();
  fields["right_hand_side_norm"] = report.right_hand_side_norm;
  fields["initial_residual_norm"] = report.initial_residual_norm;
  fields["residual_norm"] = report.residual_norm;
  fields["true_residual_norm"] = report.true_residual_norm;
  fields["setup_seconds"] = report.setup_seconds;
  fields["solve_seconds"] = report.solve_seconds;
  fields["bytes_moved"] = report.bytes_moved;
  fields["joules"] = report.joules < 0 ? nb::none() : nb::cast(report.joules);
  fields["ranks"] = report.ranks;
  fields["threads"] = report.threads;
  fields["space"] = report.space;
  fields["history"] = numpy_array<double>(report.history);
  fields["copied"] = nb::tuple(nb::cast(copied));
  fields["_words"] = nb::cast(ReportWords{report});
  return fields;
}

std::string ReportWords::table() const {
  std::ostringstream out;
  out << report;
  return out.str();
}

void bind_reports(nb::module_& module) {
  nb::class_<ReportWords>(module, "ReportWords", "A report as text, which is made only on request.")
      .def("table", &ReportWords::table)
      .def("json", &ReportWords::json);
}

}  // namespace suan::python
