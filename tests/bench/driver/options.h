// What the command line of `bench` asks for.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aiproject::bench {

enum class Part { rows, targets, budget, warm, bulkheads, growth, bursts, pictures };

struct BenchOptions {
    std::set<Part> parts{Part::rows,      Part::targets, Part::budget, Part::warm,
                         Part::bulkheads, Part::growth,  Part::bursts, Part::pictures};
    std::vector<int> streams{1, 100, 1'000, 3'000, 10'000};
    int seconds = 6;                    // of steady state that a paced row measures
    int rounds = 3;                     // of what is compared by its ratio; the median counts
    bool sharesHosts = false;           // of rows that had better have a fresh one each
    int held = 50'000;                  // streams open at once, each counted to its last frame
    int crowd = 1'000;                  // streams of the bulkheads
    int burst = 3'000;                  // new streams in the same second
    int waiting = 5'000;                // calls whose first frame comes late
    int waitSeconds = 10;               // after so long
    int pageSeconds = 2;                // of a round of /healthz
    int crowdSeconds = 10;              // for which others are beside them
    std::optional<std::string> record;  // what changed; into RESULTS.md

    bool has(Part part) const { return parts.count(part) != 0; }
    int mostStreams() const { return streams.back(); }
    // The largest of `streams` that is not above `wanted`, or else the smallest.
    int atMost(int wanted) const;
};

// Throws std::invalid_argument that says which word is wrong and what is allowed.
BenchOptions optionsOf(const std::vector<std::string>& words);

extern const char* const kUsage;

}  // namespace aiproject::bench
