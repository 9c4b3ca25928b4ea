// How a key of each type is read, shown and explained: one function per type of member. What keys there are stands in
// config_keys.cpp.
#pragma once

#include "config/collector_url.h"
#include "config/config_keys.h"

#include <Poco/NumberParser.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace aiproject {

class KeyTable {
public:
    template <class Enum>
    using Words = std::vector<std::pair<std::string, Enum>>;
    using Range = std::pair<std::int64_t, std::int64_t>;  // both included

    void text(const std::string& name, std::string& member, const std::string& help) {
        add(
            name, "text", help, [&member](const std::string& value) { return member = value, true; },
            [&member] { return member; });
    }

    void collector(const std::string& name, std::string& member, const std::string& help) {
        const auto set = [&member](const std::string& value) {
            if (!value.empty() && !collectorUrlIn(value)) return false;
            return member = value, true;
        };
        add(name, "http://HOST:4318 or https://HOST:4318", help, set, [&member] { return member; });
    }

    void headers(const std::string& name, std::string& member, const std::string& help) {
        const auto set = [&member](const std::string& value) {
            if (!headersIn(value)) return false;
            return member = value, true;
        };
        add(name, "header lines as \"Name: value\", several with | between them", help, set,
            [&member] { return member; });
        keys_.back().isSecret = true;
    }

    template <class Integer>
    void integer(const std::string& name, Integer& member, Range range, const std::string& help) {
        add(name, "a whole number" + shown(range), help, setterOf(member, range),
            [&member] { return std::to_string(member); });
    }

    void milliseconds(const std::string& name, std::chrono::milliseconds& member, Range range,
                      const std::string& help) {
        add(name, "milliseconds" + shown(range), help, setterOf(member, range),
            [&member] { return std::to_string(member.count()); });
    }

    void seconds(const std::string& name, std::chrono::seconds& member, Range range, const std::string& help) {
        add(name, "seconds" + shown(range), help, setterOf(member, range),
            [&member] { return std::to_string(member.count()); });
    }

    template <class Enum>
    void choice(const std::string& name, Enum& member, const Words<Enum>& words, const std::string& help) {
        std::vector<std::string> names;
        names.reserve(words.size());
        for (const auto& word : words) names.push_back(word.first);
        const auto set = [&member, words](const std::string& value) {
            for (const auto& word : words)
                if (word.first == value) return member = word.second, true;
            return false;
        };
        const auto get = [&member, words] {
            for (const auto& word : words)
                if (word.second == member) return word.first;
            return std::string();
        };
        add(name, joined(names, " or "), help, set, get);
    }

    void list(const std::string& name, std::vector<std::string>& member, const std::string& separator,
              const std::string& help) {
        add(
            name, "names separated by '" + separator + "', or nothing", help,
            [&member, separator](const std::string& value) { return member = split(value, separator), true; },
            [&member, separator] { return joined(member, separator == "," ? ", " : separator); });
    }

    std::vector<Key> take() { return std::move(keys_); }

private:
    static std::string joined(const std::vector<std::string>& words, const std::string& between) {
        return Poco::cat(between, words.begin(), words.end());
    }

    static std::vector<std::string> split(const std::string& list, const std::string& separators) {
        using Poco::StringTokenizer;
        const StringTokenizer tokens(list, separators, StringTokenizer::TOK_TRIM | StringTokenizer::TOK_IGNORE_EMPTY);
        return {tokens.begin(), tokens.end()};
    }

    static std::string shown(Range range) {
        return " from " + std::to_string(range.first) + " to " + std::to_string(range.second);
    }

    template <class Number>
    static std::function<bool(const std::string&)> setterOf(Number& member, Range range) {
        return [&member, range](const std::string& value) {
            constexpr char noSeparator = 0;  // or "1,5" would be 15
            Poco::Int64 number = 0;
            if (!Poco::NumberParser::tryParse64(value, number, noSeparator) || number < range.first ||
                number > range.second)
                return false;
            member = Number(number);
            return true;
        };
    }

    void add(const std::string& name, const std::string& allowed, const std::string& help,
             std::function<bool(const std::string&)> set, std::function<std::string()> get) {
        keys_.push_back({name, allowed, help, std::move(set), std::move(get)});
    }

    std::vector<Key> keys_;
};

}  // namespace aiproject
