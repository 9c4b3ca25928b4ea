// `--name value` pairs of a program's command line.
//
// ERRORS  std::invalid_argument: which option, what came, what is allowed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::bench {

struct Range {
    std::uint64_t least, most;
};

class Options {
public:
    Options(int argc, const char* const* argv, std::initializer_list<std::string_view> known);

    const std::string& text(std::string_view name) const;  // must be there
    std::uint64_t number(std::string_view name, Range allowed) const;
    std::uint64_t number(std::string_view name, Range allowed, std::uint64_t fallback) const;
    std::vector<std::string> all(std::string_view name) const;

private:
    const std::string* find(std::string_view name) const;

    std::vector<std::pair<std::string, std::string>> given_;
};

}  // namespace aiproject::bench
