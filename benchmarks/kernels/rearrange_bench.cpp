// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations that rearrange a matrix or look at all of it: products with the transpose, sums,
// permutations, submatrices, scaling, sorting, norms, the comparison with the transpose, colorings,
// independent sets and Cuthill-McKee; each in units of one SpMV. One rank.
#include <numeric>
#include <random>

#include "../support/in_products.hpp"
#include "suan/matrix/norms.hpp"
#include "suan/matrix/ordering.hpp"
#include "suan/matrix/products.hpp"
#include "suan/matrix/transform.hpp"
#include "suan/matrix/transposed.hpp"

namespace {

using suan::Csr;
using suan::Environment;
using suan::LocalIndex;
using suan::bench::Slot;

struct Options {
  std::int64_t size = 96;
  std::string matrix = "7pt-general,27pt-general,elasticity,road";
  std::string file;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table = suan::bench::matrix_table<Options>().include(&Options::measure);
    return table;
  }
};

/// 0 to n - 1 in an order without meaning, the same one each time.
std::vector<LocalIndex> shuffled(LocalIndex n) {
  std::vector<LocalIndex> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), LocalIndex(0));
  std::mt19937 random(1);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

/// The same matrix with each row backwards.
Csr<double> backwards(const Csr<double>& a) {
  auto host = suan::bench::to_host(a);
  for (std::size_t i = 0; i + 1 < host.offsets.size(); ++i) {
    std::reverse(host.indices.begin() + host.offsets[i],
                 host.indices.begin() + host.offsets[i + 1]);
    std::reverse(host.values.begin() + host.offsets[i], host.values.begin() + host.offsets[i + 1]);
  }
  return suan::bench::from_host_csr<double>(host);
}

struct Problem : suan::bench::MatrixProblem {
  explicit Problem(Csr<double> matrix)
      : MatrixProblem(std::move(matrix)),
        transposed(a),
        unsorted(backwards(a)),
        rows(shuffled(a.rows())),
        columns(shuffled(a.columns())),
        from(a.row_layout()),
        to(a.column_layout()) {
    suan::fill(from, 1.0);
    if (a.rows() == a.columns()) mirrored = suan::transpose(a);
  }
  suan::TransposedOperator<double> transposed;
  Csr<double> unsorted;
  Csr<double> mirrored;  // of a square matrix
  std::vector<LocalIndex> rows;
  std::vector<LocalIndex> columns;
  suan::Vector<double> from;
  suan::Vector<double> to;
  Csr<double> result;
  double number = 0;
};

double sum_of_result(Problem& p) {
  const double sum = suan::bench::ordered_sum(p.result.view());
  p.result = {};
  return sum;
}

double number_of(Problem& p) { return p.number; }

void add_any(const suan::bench::InProducts<Problem>& benchmarks) {
  benchmarks.add(
      "transposed_product", [](Problem& p) { p.transposed.apply(p.from, p.to); },
      [](Problem& p) { return suan::dot(p.to, p.x); });
  benchmarks.add(
      "sum",
      [](Problem& p) {
        p.result = {};
        p.result = suan::add(1.0, p.a, 2.0, p.unsorted);
      },
      sum_of_result);
  benchmarks.add(
      "permute",
      [](Problem& p) {
        p.result = {};
        p.result = suan::permute(p.a, p.rows, p.columns);
      },
      sum_of_result);
  benchmarks.add(
      "submatrix",
      [](Problem& p) {
        p.result = {};
        p.result = suan::submatrix(p.a, p.a.rows() / 4, p.a.rows() - p.a.rows() / 4,
                                   p.a.columns() / 4, p.a.columns() - p.a.columns() / 4);
      },
      sum_of_result);
  benchmarks.add(
      "sort_rows",
      [](Problem& p) {
        p.result = {};
        p.result = suan::sort_rows(p.unsorted);
      },
      sum_of_result);
  benchmarks.add(
      "scale",
      [](Problem& p) {
        p.result = {};
        p.result = suan::scale(p.from, p.a, p.x);
      },
      sum_of_result);
  benchmarks.add(
      "norm_one", [](Problem& p) { p.number = suan::norm_one(p.a); }, number_of);
  benchmarks.add(
      "norm_infinity", [](Problem& p) { p.number = suan::norm_infinity(p.a); }, number_of);
  benchmarks.add(
      "norm_frobenius", [](Problem& p) { p.number = suan::norm_frobenius(p.a); }, number_of);
}

void add_square(const suan::bench::InProducts<Problem>& benchmarks) {
  benchmarks.add(
      "sum_with_transpose",
      [](Problem& p) {
        p.result = {};
        p.result = suan::add(1.0, p.a, 1.0, p.mirrored);
      },
      sum_of_result);
  benchmarks.add(
      "asymmetry", [](Problem& p) { p.number = suan::asymmetry(p.a).symmetric; }, number_of);
  for (const int distance : {1, 2}) {
    benchmarks.add(
        "coloring_" + std::to_string(distance),
        [distance](Problem& p) { p.number = suan::compute_coloring(p.a, distance).colors; },
        number_of);
  }
  benchmarks.add(
      "independent_set_2",
      [](Problem& p) {
        p.number = static_cast<double>(suan::maximal_independent_set_2(p.a).size());
      },
      number_of);
  benchmarks.add(
      "cuthill_mckee",
      [](Problem& p) {
        const auto ordering = suan::compute_ordering(p.a, suan::Ordering::rcm);
        p.number = ordering.order.empty() ? 0 : ordering.order.front();
      },
      number_of);
}

void add(const Options& options, const Environment& environment) {
  const auto slot = std::make_shared<Slot>();
  for (const auto& source :
       suan::bench::matrix_sources(options.matrix, options.size, options.file)) {
    const suan::bench::InProducts<Problem> benchmarks(
        "rearrange/" + source.key() + "/float64", options.measure, environment, slot,
        [source] { return Problem(suan::bench::local_matrix<double>(source)); });
    add_any(benchmarks);
    if (source.is_square()) add_square(benchmarks);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "What rearranges a sparse matrix or looks at all of it, in units of one SpMV.",
      add);
}
