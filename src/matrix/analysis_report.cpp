// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The facts about a matrix in words: a table for people, JSON for programs.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "suan/matrix/analysis.hpp"

namespace suan {

namespace {

std::string short_number(double value, int digits = 4) {
  std::ostringstream out;
  out << std::setprecision(digits) << value;
  return out.str();
}

std::string bytes_text(std::int64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit) value /= 1024;
  return short_number(value, value < 1000 ? 3 : 4) + " " + units[unit];
}

std::string symmetry_text(const MatrixFacts& facts) {
  if (facts.rows != facts.columns) return "not square";
  std::string text = facts.pattern_symmetric ? "pattern symmetric, " : "pattern not symmetric, ";
  const bool complex = facts.scalar.starts_with("complex");
  if (facts.not_finite > 0) return text + "values not comparable: some are not finite";
  if (facts.symmetric && facts.skew_symmetric) return text + "all values zero";
  if (facts.symmetric && facts.hermitian) return text + "values symmetric";
  if (facts.hermitian) return text + "values Hermitian";
  if (facts.symmetric) return text + "values symmetric, not Hermitian";
  if (facts.skew_symmetric) return text + "values skew-symmetric";
  if (facts.hermitian_to_rounding) {
    return text + (complex ? "values Hermitian" : "values symmetric") + " to rounding only";
  }
  return text + "values not symmetric";
}

std::string row_lengths_text(const MatrixFacts& facts) {
  std::string text;
  for (std::size_t k = 0; k < facts.row_lengths.size(); ++k) {
    if (facts.row_lengths[k] == 0) continue;
    const std::uint64_t first = k == 0 ? 0 : std::uint64_t{1} << (k - 1);
    const std::uint64_t last = k == 0 ? 0 : 2 * first - 1;
    text += message(text.empty() ? "" : ", ", facts.row_lengths[k], " of ", first);
    if (last > first) text += message("-", last);
  }
  return text;
}

std::string diagonal_text(const MatrixFacts& facts) {
  const GlobalIndex all = std::min(facts.rows, facts.columns);
  const GlobalIndex complex = all - facts.positive_diagonals - facts.negative_diagonals -
                              facts.zero_diagonals - facts.missing_diagonals;
  std::string text;
  const auto add = [&text](GlobalIndex count, const char* what) {
    if (count > 0) text += message(text.empty() ? "" : ", ", count, " ", what);
  };
  add(facts.positive_diagonals, "positive");
  add(facts.negative_diagonals, "negative");
  add(complex, "complex or not finite");
  add(facts.zero_diagonals, "zero");
  add(facts.missing_diagonals, "not stored");
  return text.empty() ? "none" : text;
}

std::string dominance_text(const MatrixFacts& facts) {
  return message(facts.strictly_dominant_rows, " rows strictly dominant, ",
                 facts.dominant_rows - facts.strictly_dominant_rows, " just dominant, ",
                 std::min(facts.rows, facts.columns) - facts.dominant_rows, " not");
}

std::string values_text(const MatrixFacts& facts) {
  std::string text = message("|a| from ", short_number(facts.smallest_magnitude), " to ",
                             short_number(facts.largest_magnitude));
  if (facts.stored_zeros > 0) text += message(", ", facts.stored_zeros, " stored zeros");
  if (facts.not_finite > 0) text += message(", ", facts.not_finite, " NOT FINITE");
  return text;
}

std::string definiteness_words(const MatrixFacts& facts) {
  std::string words(to_string(facts.definiteness));
  for (char& c : words) c = c == '_' ? ' ' : c;
  return words + ": " + facts.definiteness_reason;
}

}  // namespace

std::string_view to_string(Definiteness definiteness) {
  constexpr std::string_view names[] = {"positive_definite", "positive_semidefinite",
                                        "negative_definite", "negative_semidefinite",
                                        "indefinite",        "cannot_tell"};
  return names[static_cast<int>(definiteness)];
}

std::ostream& operator<<(std::ostream& out, const MatrixFacts& facts) {
  const auto line = [&out](const char* label, const std::string& text) {
    out << "  " << std::left << std::setw(15) << label << text << '\n';
  };
  out << facts.rows << " x " << facts.columns << ", " << facts.entries << " entries, "
      << facts.scalar << '\n';
  line("symmetry", symmetry_text(facts));
  line("definiteness", definiteness_words(facts));
  if (!std::isnan(facts.eigenvalue_lower_bound)) {
    line("eigenvalues", message("real parts in [", short_number(facts.eigenvalue_lower_bound), ", ",
                                short_number(facts.eigenvalue_upper_bound), "] (Gershgorin)"));
  }
  line("diagonal", diagonal_text(facts));
  line("dominance", dominance_text(facts));
  line("values", values_text(facts));
  line("bandwidth", message("lower ", facts.lower_bandwidth, ", upper ", facts.upper_bandwidth));
  line("row lengths", message(facts.shortest_row, " to ", facts.longest_row, ", mean ",
                              short_number(facts.mean_row), ", ", facts.empty_rows, " empty"));
  line("rows", row_lengths_text(facts));
  const char* label = "memory";
  for (const auto& format : facts.memory) {
    std::ostringstream text;
    text << std::left << std::setw(8) << format.name << std::right << std::setw(10)
         << bytes_text(format.bytes);
    std::string details;
    const auto add = [&details](const auto&... words) {
      details += message(details.empty() ? "" : ", ", words...);
    };
    if (!format.storage.empty()) add("values as ", format.storage);
    if (format.block > 0) add("blocks of ", format.block);
    if (format.fill > 1) add(short_number(format.fill, 3), " values per entry");
    if (!details.empty()) text << "  (" << details << ")";
    line(label, text.str());
    label = "";
  }
  return out;
}

std::string MatrixFacts::to_json(int indent) const {
  nlohmann::ordered_json json;
  json["scalar"] = scalar;
  json["rows"] = rows;
  json["columns"] = columns;
  json["entries"] = entries;
  json["ranks"] = ranks;
  json["pattern_symmetric"] = pattern_symmetric;
  json["symmetric"] = symmetric;
  json["hermitian"] = hermitian;
  json["skew_symmetric"] = skew_symmetric;
  json["hermitian_to_rounding"] = hermitian_to_rounding;
  json["definiteness"] = to_string(definiteness);
  json["definiteness_reason"] = definiteness_reason;
  json["eigenvalue_lower_bound"] = eigenvalue_lower_bound;
  json["eigenvalue_upper_bound"] = eigenvalue_upper_bound;
  json["positive_diagonals"] = positive_diagonals;
  json["negative_diagonals"] = negative_diagonals;
  json["zero_diagonals"] = zero_diagonals;
  json["missing_diagonals"] = missing_diagonals;
  json["strictly_dominant_rows"] = strictly_dominant_rows;
  json["dominant_rows"] = dominant_rows;
  json["smallest_magnitude"] = smallest_magnitude;
  json["largest_magnitude"] = largest_magnitude;
  json["stored_zeros"] = stored_zeros;
  json["not_finite"] = not_finite;
  json["lower_bandwidth"] = lower_bandwidth;
  json["upper_bandwidth"] = upper_bandwidth;
  json["shortest_row"] = shortest_row;
  json["longest_row"] = longest_row;
  json["mean_row"] = mean_row;
  json["empty_rows"] = empty_rows;
  json["row_lengths"] = row_lengths;
  for (const auto& format : memory) {
    auto& entry = json["memory"][format.name];
    entry = {{"bytes", format.bytes}, {"fill", format.fill}};
    if (!format.storage.empty()) entry["storage"] = format.storage;
    if (format.block > 0) entry["block"] = format.block;
  }
  return json.dump(indent);
}

}  // namespace suan
