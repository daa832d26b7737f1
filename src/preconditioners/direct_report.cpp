// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "suan/preconditioners/direct.hpp"

namespace suan {

namespace {

template <class... Values>
std::string printed(const char* format, Values... values) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

}  // namespace

std::string DirectReport::to_json(int indent) const {
  nlohmann::ordered_json json;
  json["library"] = library;
  json["factors"] = factors;
  json["ordering"] = ordering;
  json["rows"] = rows;
  json["entries"] = entries;
  json["factor_entries"] = factor_entries;
  json["delayed_pivots"] = delayed_pivots;
  json["null_pivots"] = null_pivots;
  json["flops"] = flops;
  json["forecast_bytes"] = forecast_bytes;
  json["bytes"] = bytes;
  json["ranks"] = ranks;
  json["analysis_seconds"] = analysis_seconds;
  json["factorisation_seconds"] = factorisation_seconds;
  json["solve_seconds"] = solve_seconds;
  json["notes"] = notes;
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::ostream& operator<<(std::ostream& out, const DirectReport& report) {
  if (report.rows == 0) return out << "factors of a matrix without rows\n";
  const double fill =
      static_cast<double>(report.factor_entries) / static_cast<double>(report.entries);
  out << "factors         " << report.factors << " by " << report.library << ", ordering "
      << report.ordering << '\n';
  out << printed("matrix          %lld rows, %lld entries\n", static_cast<long long>(report.rows),
                 static_cast<long long>(report.entries));
  out << printed("entries         %lld, %.3g times those of the matrix\n",
                 static_cast<long long>(report.factor_entries), fill);
  out << printed("memory          %.1f MB on %d rank%s; forecast %.1f MB\n",
                 1e-6 * static_cast<double>(report.bytes), report.ranks,
                 report.ranks == 1 ? "" : "s", 1e-6 * static_cast<double>(report.forecast_bytes));
  out << printed("operations      %.3g; %lld pivots put off, %lld zero\n", report.flops,
                 static_cast<long long>(report.delayed_pivots),
                 static_cast<long long>(report.null_pivots));
  out << printed("seconds         %.3f analysis, %.3f factorisation, %.3f last solve\n",
                 report.analysis_seconds, report.factorisation_seconds, report.solve_seconds);
  for (const auto& note : report.notes) out << note << '\n';
  return out;
}

}  // namespace suan
