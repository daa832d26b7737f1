// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// MKL's products of sparse matrices: A A, and P^T A P as two products and as its symmetric triple
// product, which gives only the upper triangle. Each from scratch, and with known structure
// (SPARSE_STAGE_FINALIZE_MULT), which recomputes the values in place. MKL leaves rows unsorted;
// "sorted" includes mkl_sparse_order.
#include <functional>

#include "mkl_matrix.hpp"

namespace {

using peers::check;
using peers::MklMatrix;

void multiply(const MklMatrix& a, const MklMatrix& b, sparse_request_t request, MklMatrix& c) {
  check(
      mkl_sparse_sp2m(SPARSE_OPERATION_NON_TRANSPOSE, peers::general(), a.get(),
                      SPARSE_OPERATION_NON_TRANSPOSE, peers::general(), b.get(), request, c.put()),
      "mkl_sparse_sp2m");
}

/// Sum of the entries; off-diagonal ones count twice when only a triangle is stored.
double checksum(const MklMatrix& c, bool is_triangle) {
  const auto a = c.arrays();
  double sum = 0;
  for (MKL_INT i = 0; i < a.rows; ++i) {
    for (MKL_INT k = a.begins[i]; k < a.ends[i]; ++k) {
      sum += (is_triangle && a.indices[k] != i ? 2 : 1) * a.values[k];
    }
  }
  return sum;
}

/// What is measured: `first` makes the product from scratch, `again` recomputes its values.
struct Job {
  std::string name;
  std::string operation;
  std::function<void()> clear;
  std::function<void()> first;
  std::function<void()> again;
  const MklMatrix* c;
  bool is_triangle = false;
};

peers::Product describe(const Job& job, double peak) {
  const auto a = job.c->arrays();
  return {static_cast<double>(a.entries), static_cast<double>(a.rows),
          checksum(*job.c, job.is_triangle), peak};
}

void run(const Job& job, int repetitions) {
  job.clear();
  const suan::bench::PeakMemory memory;
  job.first();
  const double peak = memory.bytes();
  const auto first = peers::measure(0, repetitions, [&] {
    job.clear();
    job.first();
  });
  peers::product_line(job.name, job.operation, first, describe(job, peak)).print();
  if (!job.again) return;
  const suan::bench::PeakMemory more;
  job.again();
  const double peak_again = more.bytes();
  const auto again = peers::measure(0, repetitions, job.again);
  peers::product_line(job.name, job.operation + " again", again, describe(job, peak_again)).print();
}

void run_square(peers::Csr& csr, int repetitions) {
  const MklMatrix a(csr);
  MklMatrix c;
  const auto clear = [&] { c = MklMatrix(); };
  const auto first = [&] { multiply(a, a, SPARSE_STAGE_FULL_MULT, c); };
  const auto again = [&] { multiply(a, a, SPARSE_STAGE_FINALIZE_MULT, c); };
  run({"MKL", "spgemm", clear, first, again, &c}, repetitions);
  const auto sorted = [&] {
    first();
    check(mkl_sparse_order(c.get()), "mkl_sparse_order");
  };
  run({"MKL sorted", "spgemm", clear, sorted, nullptr, &c}, repetitions);
}

void run_galerkin(peers::Csr& csr, peers::Csr& prolongator, int repetitions) {
  const MklMatrix a(csr);
  const MklMatrix p(prolongator);
  MklMatrix r;
  check(mkl_sparse_convert_csr(p.get(), SPARSE_OPERATION_TRANSPOSE, r.put()),
        "mkl_sparse_convert_csr");
  MklMatrix ap;
  MklMatrix c;
  const auto clear = [&] {
    ap = MklMatrix();
    c = MklMatrix();
  };
  const auto both = [&](sparse_request_t request) {
    multiply(a, p, request, ap);
    multiply(r, ap, request, c);
  };
  const auto first = [&] { both(SPARSE_STAGE_FULL_MULT); };
  const auto again = [&] { both(SPARSE_STAGE_FINALIZE_MULT); };
  run({"MKL two products", "galerkin", clear, first, again, &c}, repetitions);
  const auto sorted = [&] {
    first();
    check(mkl_sparse_order(c.get()), "mkl_sparse_order");
  };
  run({"MKL two products, sorted", "galerkin", clear, sorted, nullptr, &c}, repetitions);

  matrix_descr symmetric{};
  symmetric.type = SPARSE_MATRIX_TYPE_SYMMETRIC;
  symmetric.mode = SPARSE_FILL_MODE_UPPER;
  symmetric.diag = SPARSE_DIAG_NON_UNIT;
  const auto triple = [&](sparse_request_t request) {
    check(
        mkl_sparse_sypr(SPARSE_OPERATION_TRANSPOSE, p.get(), a.get(), symmetric, c.put(), request),
        "mkl_sparse_sypr");
  };
  run({"MKL upper triangle", "galerkin", clear, [&] { triple(SPARSE_STAGE_FULL_MULT); },
       [&] { triple(SPARSE_STAGE_FINALIZE_MULT); }, &c, true},
      repetitions);
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  peers::print_mkl_version();
  auto a = arguments.matrix();
  if (arguments.operation() == "spgemm") {
    run_square(a, arguments.repetitions());
  } else {
    auto p = arguments.prolongator();
    run_galerkin(a, p, arguments.repetitions());
  }
}
