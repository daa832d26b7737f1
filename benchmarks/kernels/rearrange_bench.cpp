// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations that rearrange a matrix or traverse it: products with the transpose, sums,
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

/// 0 to n - 1 in an arbitrary order, always the same one.
std::vector<LocalIndex> shuffled(LocalIndex n) {
  std::vector<LocalIndex> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), LocalIndex(0));
  std::mt19937 random(1);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

/// The same matrix with each row reversed.
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

using Benchmarks = suan::bench::InProducts<Problem>;

/// An operation that returns a matrix; the previous result is freed first.
void add_matrix(const Benchmarks& benchmarks, const std::string& name,
                const std::function<Csr<double>(const Problem&)>& make) {
  benchmarks.add(
      name,
      [make](Problem& p) {
        p.result = {};
        p.result = make(p);
      },
      [](Problem& p) {
        const double sum = suan::bench::ordered_sum(p.result.view());
        p.result = {};
        return sum;
      });
}

/// An operation that returns a number.
void add_number(const Benchmarks& benchmarks, const std::string& name,
                const std::function<double(const Problem&)>& find) {
  benchmarks.add(
      name, [find](Problem& p) { p.number = find(p); }, [](Problem& p) { return p.number; });
}

void add_any(const Benchmarks& benchmarks) {
  benchmarks.add(
      "transposed_product", [](Problem& p) { p.transposed.apply(p.from, p.to); },
      [](Problem& p) { return suan::dot(p.to, p.x); });
  add_matrix(benchmarks, "sum",
             [](const Problem& p) { return suan::add(1.0, p.a, 2.0, p.unsorted); });
  add_matrix(benchmarks, "permute",
             [](const Problem& p) { return suan::permute(p.a, p.rows, p.columns); });
  add_matrix(benchmarks, "submatrix", [](const Problem& p) {
    return suan::submatrix(p.a, p.a.rows() / 4, p.a.rows() - p.a.rows() / 4, p.a.columns() / 4,
                           p.a.columns() - p.a.columns() / 4);
  });
  add_matrix(benchmarks, "sort_rows", [](const Problem& p) { return suan::sort_rows(p.unsorted); });
  add_matrix(benchmarks, "scale", [](const Problem& p) { return suan::scale(p.from, p.a, p.x); });
  add_number(benchmarks, "norm_one", [](const Problem& p) { return suan::norm_one(p.a); });
  add_number(benchmarks, "norm_infinity",
             [](const Problem& p) { return suan::norm_infinity(p.a); });
  add_number(benchmarks, "norm_frobenius",
             [](const Problem& p) { return suan::norm_frobenius(p.a); });
}

void add_square(const Benchmarks& benchmarks) {
  add_matrix(benchmarks, "sum_with_transpose",
             [](const Problem& p) { return suan::add(1.0, p.a, 1.0, p.mirrored); });
  add_number(benchmarks, "asymmetry",
             [](const Problem& p) { return suan::asymmetry(p.a).symmetric; });
  for (const int distance : {1, 2}) {
    add_number(benchmarks, "coloring_" + std::to_string(distance), [distance](const Problem& p) {
      return static_cast<double>(suan::compute_coloring(p.a, distance).colors);
    });
  }
  add_number(benchmarks, "independent_set_2", [](const Problem& p) {
    return static_cast<double>(suan::maximal_independent_set_2(p.a).size());
  });
  add_number(benchmarks, "cuthill_mckee", [](const Problem& p) {
    const auto ordering = suan::compute_ordering(p.a, suan::Ordering::rcm);
    return ordering.order.empty() ? 0.0 : static_cast<double>(ordering.order.front());
  });
}

void add(const Options& options, const Environment& environment) {
  const auto slot = std::make_shared<Slot>();
  for (const auto& source :
       suan::bench::matrix_sources(options.matrix, options.size, options.file)) {
    const Benchmarks benchmarks(
        "rearrange/" + source.key() + "/float64", options.measure, environment, slot,
        [source] { return Problem(suan::bench::local_matrix<double>(source)); });
    add_any(benchmarks);
    if (source.is_square()) add_square(benchmarks);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "Operations that rearrange or traverse a sparse matrix, in units of one SpMV.",
      add);
}
