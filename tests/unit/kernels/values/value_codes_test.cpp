// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/values/value_codes.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/values/value_lanes.hpp"

namespace suan::kernels {
namespace {

TEST(ValueCodes, EveryFiniteCodeComesBack) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const BFloat16 b{static_cast<std::uint16_t>(bits)};
    if (std::isfinite(decode<float>(b))) {
      EXPECT_EQ(encode_bfloat16(decode<float>(b)).bits, bits);
      EXPECT_TRUE(is_exact<BFloat16>(decode<double>(b)));
    }
    if ((bits & 0x7C00u) == 0x7C00u) continue;  // infinity and NaN, which are not used
    const Float16 h{static_cast<std::uint16_t>(bits)};
    EXPECT_EQ(encode_float16(decode<float>(h)).bits, bits);
    EXPECT_TRUE(is_exact<Float16>(decode<double>(h)));
  }
}

#if !SUAN_HAVE_CUDA
/// All codes, n at a time, become the numbers that they are one at a time.
template <int n, class T, class Code>
void expect_lanes_are_numbers(const std::vector<Code>& codes) {
  const Codec<T, Code> codec;
  ASSERT_EQ(codes.size() % n, 0u);
  for (std::size_t k = 0; k < codes.size(); k += n) {
    const auto lanes = decode_lanes<n, T>(codec, codes.data() + k);
    for (int l = 0; l < n; ++l) {
      const T expected = decode<T>(codes[k + static_cast<std::size_t>(l)]);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(lanes[l]));
      } else {
        EXPECT_TRUE(same_bits<T>(lanes[l], expected)) << k + static_cast<std::size_t>(l);
      }
    }
  }
}

template <class Code>
void expect_halves_are_numbers(const std::vector<Code>& codes) {
  expect_lanes_are_numbers<2, double>(codes);
  expect_lanes_are_numbers<4, double>(codes);
  expect_lanes_are_numbers<2, float>(codes);
  expect_lanes_are_numbers<4, float>(codes);
  expect_lanes_are_numbers<8, float>(codes);
}

TEST(ValueCodes, VectorsOfCodesAreTheSameNumbers) {
  std::vector<BFloat16> bfloats;
  std::vector<Float16> halves;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    bfloats.push_back({static_cast<std::uint16_t>(bits)});
    if ((bits & 0x7C00u) != 0x7C00u) halves.push_back({static_cast<std::uint16_t>(bits)});
  }
  expect_halves_are_numbers(bfloats);
  expect_halves_are_numbers(halves);
  std::vector<float> floats;
  for (const auto& b : bfloats) floats.push_back(decode<float>(b) * 1.1f);
  expect_lanes_are_numbers<2, double>(floats);
  expect_lanes_are_numbers<4, double>(floats);
}
#endif

TEST(ValueCodes, KnownNumbers) {
  EXPECT_EQ(encode_float16(1.0f).bits, 0x3C00);
  EXPECT_EQ(encode_float16(-2.0f).bits, 0xC000);
  EXPECT_EQ(encode_float16(65504.0f).bits, 0x7BFF);
  EXPECT_EQ(encode_float16(0x1p-24f).bits, 0x0001);
  EXPECT_EQ(encode_float16(0.333251953125f).bits, 0x3555);
  EXPECT_EQ(encode_bfloat16(1.0f).bits, 0x3F80);
  EXPECT_EQ(encode_bfloat16(-0.15625f).bits, 0xBE20);
}

TEST(ValueCodes, TheNearestIsChosenAndTiesGoToEven) {
  // 1 + 2^-11 lies between 1 and 1 + 2^-10; 1 + 3 * 2^-11 between 1 + 2^-10 and 1 + 2^-9.
  EXPECT_EQ(encode_float16(1 + 0x1p-11f).bits, 0x3C00);
  EXPECT_EQ(encode_float16(1 + 0x1.8p-11f).bits, 0x3C01);
  EXPECT_EQ(encode_float16(1 + 3 * 0x1p-11f).bits, 0x3C02);
  EXPECT_EQ(encode_float16(0x1.8p-24f).bits, 0x0002);
  EXPECT_EQ(encode_float16(0x0.8p-24f).bits, 0x0000);
  EXPECT_EQ(encode_bfloat16(1 + 0x1p-8f).bits, 0x3F80);
  EXPECT_EQ(encode_bfloat16(1 + 3 * 0x1p-8f).bits, 0x3F82);
}

TEST(ValueCodes, WhatIsExactAndWhatIsNot) {
  EXPECT_TRUE(is_exact<BFloat16>(-0.0));
  EXPECT_TRUE(is_exact<BFloat16>(256.0));
  EXPECT_FALSE(is_exact<BFloat16>(257.0));
  EXPECT_TRUE(is_exact<Float16>(257.0));
  EXPECT_FALSE(is_exact<Float16>(65505.0));
  EXPECT_FALSE(is_exact<Float16>(1e300));
  EXPECT_FALSE(is_exact<Float16>(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(is_exact<Float16>(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(is_exact<float>(0.1));
  EXPECT_TRUE(is_exact<float>(double(0.1f)));
  EXPECT_FALSE(is_exact<float>(1e300));
  EXPECT_TRUE(is_exact<ComplexFloat>(Complex(0.5, -3)));
  EXPECT_FALSE(is_exact<ComplexFloat>(Complex(0.5, 0.1)));
}

}  // namespace
}  // namespace suan::kernels
