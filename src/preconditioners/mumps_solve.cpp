// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Right-hand sides and solutions of MUMPS. On one rank they stay where they are. On several each
// gives its own rows, and gets rows as the factors are distributed, which go to their owners.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "preconditioners/mumps_state.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

namespace {

template <class R>
R times_two_to(const R& x, int exponent) {
  return std::ldexp(x, exponent);
}
template <class R>
Kokkos::complex<R> times_two_to(const Kokkos::complex<R>& x, int exponent) {
  return {std::ldexp(x.real(), exponent), std::ldexp(x.imag(), exponent)};
}

std::size_t at(LocalIndex i) { return static_cast<std::size_t>(i); }

/// For as many vectors.
std::vector<std::int64_t> times(const std::vector<std::int64_t>& counts, LocalIndex columns) {
  auto result = counts;
  for (auto& one : result) one *= columns;
  return result;
}

}  // namespace

template <Scalar T>
std::span<T> DirectFactors<T>::State::room(LocalIndex columns) {
  const std::size_t size = own_numbers.size() * at(columns);
  // All ranks have seen as many columns.
  if (columns > most_columns) {
    together(layout.comm(), [&] { mine.resize(std::max<std::size_t>(size, 1)); });
    if (!is_alone()) make_room(columns);
    most_columns = columns;
  }
  return {mine.data(), size};
}

template <Scalar T>
void DirectFactors<T>::State::make_room(LocalIndex columns) {
  together(layout.comm(), [&] {
    const auto rows = static_cast<std::size_t>(mumps.info[22]);
    part_numbers.resize(std::max<std::size_t>(rows, 1));
    parts.resize(part_numbers.size() * at(columns));
    sent.resize(rows * at(columns));
    received.resize(own_numbers.size() * at(columns));
  });
}

template <Scalar T>
void DirectFactors<T>::State::solve(LocalIndex columns) {
  mumps.nrhs = columns;
  if (is_alone()) {
    mumps.lrhs = mumps.n;
    mumps.rhs = mumps_array(mine);
    if (const int code = call(3); code < 0) throw_mumps_error(code, mumps.infog[1], entries.size);
  } else {
    solve_distributed(columns);
  }
  if (entries.exponent == 0) return;
  const std::size_t size = own_numbers.size() * at(columns);
  for (std::size_t k = 0; k < size; ++k) mine[k] = times_two_to(mine[k], entries.exponent);
}

template <Scalar T>
void DirectFactors<T>::State::solve_distributed(LocalIndex columns) {
  control(20) = 10;
  control(21) = 1;
  mumps.nloc_rhs = layout.local_size();
  mumps.lrhs_loc = std::max(layout.local_size(), 1);
  mumps.irhs_loc = mumps_array(own_numbers);
  mumps.rhs_loc = mumps_array(mine);
  mumps.lsol_loc = static_cast<MUMPS_INT>(part_numbers.size());
  mumps.isol_loc = mumps_array(part_numbers);
  mumps.sol_loc = mumps_array(parts);
  if (const int code = call(3); code < 0) throw_mumps_error(code, mumps.infog[1], entries.size);
  if (!has_plan) plan_return();
  for (std::size_t k = 0; k < order.size(); ++k) {
    for (LocalIndex j = 0; j < columns; ++j) {
      sent[k * at(columns) + at(j)] = parts[at(j) * part_numbers.size() + order[k]];
    }
  }
  const std::size_t rows = own_numbers.size();
  layout.comm().template all_to_all<T>(
      {sent.data(), order.size() * at(columns)}, times(send_counts, columns),
      {received.data(), rows * at(columns)}, times(receive_counts, columns));
  for (std::size_t k = 0; k < rows; ++k) {
    for (LocalIndex j = 0; j < columns; ++j) {
      mine[at(j) * rows + at(received_rows[k])] = received[k * at(columns) + at(j)];
    }
  }
}

template <Scalar T>
void DirectFactors<T>::State::plan_return() {
  const auto& comm = layout.comm();
  std::vector<std::int32_t> numbers;
  together(comm, [&] {
    order.resize(static_cast<std::size_t>(mumps.info[22]));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
      return part_numbers[left] < part_numbers[right];
    });
    send_counts.assign(static_cast<std::size_t>(comm.size()), 0);
    for (const std::size_t k : order) {
      numbers.push_back(part_numbers[k]);
      ++send_counts[static_cast<std::size_t>(layout.owner(part_numbers[k] - 1))];
    }
    received_rows.resize(own_numbers.size());
  });
  receive_counts = comm.all_to_all_counts(send_counts);
  comm.template all_to_all<std::int32_t>(numbers, send_counts, received_rows, receive_counts);
  const auto first = static_cast<std::int32_t>(layout.first()) + 1;
  for (auto& row : received_rows) row -= first;
  has_plan = true;
}

template <Scalar T>
DirectErrors DirectFactors<T>::State::solve_and_estimate() {
  const auto& comm = layout.comm();
  auto whole = comm.template gather<T>({mine.data(), own_numbers.size()});
  control(20) = 0;
  control(21) = 0;
  control(11) = 1;
  mumps.nrhs = 1;
  mumps.lrhs = mumps.n;
  mumps.rhs = mumps_array(whole);
  const int code = call(3);
  control(11) = 0;
  if (code < 0) throw_mumps_error(code, mumps.infog[1], entries.size);
  std::vector<std::vector<T>> send(static_cast<std::size_t>(comm.size()));
  together(comm, [&] {
    if (!comm.is_root()) return;
    for (std::size_t r = 0; r < send.size(); ++r) {
      send[r].assign(whole.begin() + layout.offsets()[r], whole.begin() + layout.offsets()[r + 1]);
    }
  });
  const auto back = comm.all_to_all(send);
  for (std::size_t k = 0; k < own_numbers.size(); ++k) {
    mine[k] = times_two_to(back.front()[k], entries.exponent);
  }
  const auto value = [&](int number) { return static_cast<double>(mumps.rinfog[number - 1]); };
  return {value(6), std::max(value(7), value(8)), std::max(value(10), value(11)), value(9)};
}

#define SUAN_INSTANTIATE(T)                                             \
  template std::span<T> DirectFactors<T>::State::room(LocalIndex);      \
  template void DirectFactors<T>::State::make_room(LocalIndex);         \
  template void DirectFactors<T>::State::solve(LocalIndex);             \
  template void DirectFactors<T>::State::solve_distributed(LocalIndex); \
  template void DirectFactors<T>::State::plan_return();                 \
  template DirectErrors DirectFactors<T>::State::solve_and_estimate();
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
