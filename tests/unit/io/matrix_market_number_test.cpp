// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Parsed numbers compared with strtod, bit for bit.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "io/detail/number_parsing.hpp"

namespace suan::detail {
namespace {

template <class R>
struct Parsed {
  NumberStatus status;
  R value;
  std::size_t length;
};

template <class R = double>
Parsed<R> parse(const std::string& text) {
  const std::string padded = text + "\n" + std::string(text_padding, '7');
  const char* p = padded.data();
  Parsed<R> parsed{};
  parsed.status = parse_number(p, parsed.value);
  parsed.length = static_cast<std::size_t>(p - padded.data());
  return parsed;
}

template <class R>
bool same_bits(R a, R b) {
  return a == b && std::signbit(a) == std::signbit(b);
}

void expect_as_strtod(const std::string& text) {
  const auto wide = parse<double>(text);
  EXPECT_TRUE(same_bits(wide.value, std::strtod(text.c_str(), nullptr))) << text;
  EXPECT_EQ(wide.length, text.size()) << text;
  const auto narrow = parse<float>(text);
  EXPECT_TRUE(same_bits(narrow.value, std::strtof(text.c_str(), nullptr))) << text;
  EXPECT_EQ(narrow.length, text.size()) << text;
}

TEST(MatrixMarketNumber, HandPicked) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "+1",
                           "-1",
                           "1.",
                           ".5",
                           "-.5e1",
                           "1e0",
                           "1E+2",
                           "1e-2",
                           "0.1",
                           "0.3",
                           "123456789",
                           "12345678",
                           "1234567890123456789",
                           "12345678901234567890",
                           "9007199254740993",
                           "9007199254740992",
                           "9007199254740991",
                           "16777217",
                           "16777216",
                           "1e22",
                           "1e23",
                           "1e-22",
                           "1e-23",
                           "8.41e21",
                           "4.9e-324",
                           "2.2250738585072011e-308",
                           "2.2250738585072014e-308",
                           "1.7976931348623157e308",
                           "6.0000000000000000e+00",
                           "-1.0000000000000000e+00",
                           "3.45584192064786E-1",
                           "0.000000000000000000000000000001",
                           "1e-400",
                           "-1e-400",
                           "1e-46",
                           "0e999999999999",
                           "0.0e-999999999999",
                           "00000000000000000000000000000001.5",
                           "179769313486231580793728971405301e276",
                           "1e10",
                           "1e11",
                           "1e-10",
                           "3.4028235e38",
                           "7.0064923216240854e-46",
                           "5e-1",
                           "100000000000000000000000e-23"}) {
    expect_as_strtod(text);
  }
}

TEST(MatrixMarketNumber, RandomBitsInEveryNotation) {
  std::mt19937_64 random(20240607);
  for (int i = 0; i < 200000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    char text[64];
    static constexpr const char* formats[] = {"%.17g", "%.15g", "%.6e", "%.20e", "%.3g", "%.16E"};
    std::snprintf(text, sizeof text, formats[i % 6], value);
    expect_as_strtod(text);
    std::snprintf(text, sizeof text, "%.*f", i % 20, std::ldexp(value, -std::ilogb(value) + 10));
    expect_as_strtod(text);
  }
}

TEST(MatrixMarketNumber, RandomDigitsAndExponents) {
  std::mt19937 random(7);
  for (int i = 0; i < 200000; ++i) {
    std::string text(1 + random() % 22, '0');
    for (char& c : text) c = static_cast<char>('0' + random() % 10);
    if (random() % 2 == 0) text.insert(random() % text.size(), ".");
    if (random() % 2 == 0) text += "e" + std::to_string(static_cast<int>(random() % 60) - 30);
    expect_as_strtod(text);
  }
}

TEST(MatrixMarketNumber, TooLargeIsInfiniteAndSaidSo) {
  for (const char* text : {"1e400", "1e309", "9e999999999999999999999", "17976931348623159e292"}) {
    const auto parsed = parse<double>(text);
    EXPECT_EQ(parsed.status, NumberStatus::overflow) << text;
    EXPECT_EQ(parsed.value, HUGE_VAL) << text;
  }
  EXPECT_EQ(parse<float>("-1e39").status, NumberStatus::overflow);
  EXPECT_EQ(parse<float>("-1e39").value, -HUGE_VALF);
  EXPECT_EQ(parse<double>("1e39").status, NumberStatus::real);
}

TEST(MatrixMarketNumber, StatusTellsIntegersFromOthers) {
  EXPECT_EQ(parse("-17").status, NumberStatus::integer);
  EXPECT_EQ(parse("17.0").status, NumberStatus::real);
  EXPECT_EQ(parse("17e0").status, NumberStatus::real);
  EXPECT_EQ(parse("NaN").status, NumberStatus::not_finite);
  EXPECT_TRUE(std::isnan(parse("nan").value));
  EXPECT_EQ(parse("-Inf").value, -HUGE_VAL);
  EXPECT_EQ(parse("Infinity").length, 8U);
}

TEST(MatrixMarketNumber, MalformedOnes) {
  for (const char* text : {"", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1.5e-", "x", "--1",
                           "+-1", ",5", "i", "na"}) {
    EXPECT_EQ(parse(text).status, NumberStatus::malformed) << text;
  }
  // The number ends before the rest; the caller sees that something follows.
  EXPECT_EQ(parse("0x1p3").length, 1U);
  EXPECT_EQ(parse("1,5").length, 1U);
  EXPECT_EQ(parse("1.0D+00").length, 3U);
}

TEST(MatrixMarketNumber, WholeNumbersOfEveryLength) {
  std::string text;
  for (int digits = 1; digits <= 30; ++digits) {
    text += static_cast<char>('0' + digits % 10);
    const std::string padded = text + "\n" + std::string(text_padding, '7');
    std::uint64_t value = 0;
    const char* end = parse_unsigned(padded.data(), value);
    EXPECT_EQ(end - padded.data(), digits);
    EXPECT_EQ(value, digits <= 18 ? std::stoull(text) : std::numeric_limits<std::uint64_t>::max());
  }
}

}  // namespace
}  // namespace suan::detail
