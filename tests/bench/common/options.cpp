#include "bench/common/options.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace aiproject::bench {

Options::Options(int argc, const char* const* argv, std::initializer_list<std::string_view> known) {
    for (int at = 1; at < argc; at += 2) {
        const std::string_view name = argv[at];
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            std::string allowed;
            for (const auto one : known) allowed.append(" ").append(one);
            throw std::invalid_argument(std::string(name) + ": unknown option; allowed are" + allowed);
        }
        if (at + 1 == argc) throw std::invalid_argument(std::string(name) + ": a value must follow");
        given_.emplace_back(name, argv[at + 1]);
    }
}

const std::string* Options::find(std::string_view name) const {
    for (const auto& [given, value] : given_)
        if (given == name) return &value;
    return nullptr;
}

const std::string& Options::text(std::string_view name) const {
    const std::string* value = find(name);
    if (value == nullptr) throw std::invalid_argument(std::string(name) + " is missing; it must be given");
    return *value;
}

std::uint64_t Options::number(std::string_view name, Range allowed) const {
    const std::string& value = text(name);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < allowed.least || number > allowed.most)
        throw std::invalid_argument(std::string(name) + " " + value + ": a whole number from " +
                                    std::to_string(allowed.least) + " to " + std::to_string(allowed.most) +
                                    " is expected");
    return number;
}

std::uint64_t Options::number(std::string_view name, Range allowed, std::uint64_t fallback) const {
    return find(name) != nullptr ? number(name, allowed) : fallback;
}

std::vector<std::string> Options::all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [given, value] : given_)
        if (given == name) values.push_back(value);
    return values;
}

}  // namespace aiproject::bench
