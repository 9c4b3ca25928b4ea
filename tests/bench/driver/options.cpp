#include "bench/driver/options.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace aiproject::bench {
namespace {

constexpr int kMostStreams = 20'000, kMostHeld = 100'000;

int numberIn(const std::string& option, const std::string& word, int most) {
    std::istringstream in(word);
    int number = 0;
    if (!(in >> number) || !in.eof() || number < 1 || number > most)
        throw std::invalid_argument(option + ": '" + word + "' is not a whole number from 1 to " +
                                    std::to_string(most));
    return number;
}

std::vector<int> numbersIn(const std::string& option, const std::string& list) {
    std::vector<int> numbers;
    std::istringstream in(list);
    for (std::string word; std::getline(in, word, ',');) numbers.push_back(numberIn(option, word, kMostStreams));
    if (numbers.empty()) throw std::invalid_argument(option + ": needs numbers, as in 1,100,1000");
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

Part partNamed(const std::string& name) {
    if (name == "rows") return Part::rows;
    if (name == "targets") return Part::targets;
    if (name == "budget") return Part::budget;
    if (name == "warm") return Part::warm;
    if (name == "bulkheads") return Part::bulkheads;
    if (name == "growth") return Part::growth;
    if (name == "bursts") return Part::bursts;
    if (name == "pictures") return Part::pictures;
    throw std::invalid_argument(
        "--only: '" + name +
        "' is not a part; there are rows, targets, budget, warm, bulkheads, growth, bursts and pictures");
}

void makeSmall(BenchOptions& options) {
    options.parts.erase(Part::budget);  // bench_driver_integration measures one
    options.streams = {50};
    options.sharesHosts = true;
    options.seconds = 1;
    options.rounds = 1;
    options.held = 50;
    options.crowd = 50;
    options.crowdSeconds = 1;
    options.burst = options.waiting = 50;
    options.waitSeconds = 1;
    options.pageSeconds = 1;
}

}  // namespace

const char* const kUsage =
    "bench [--only PART]... [--streams LIST] [--seconds N] [--held N] [--smoke] [--record WHAT_CHANGED]\n"
    "  --only PART      rows, targets, budget, warm, bulkheads, growth, bursts or pictures; may be repeated. Default: "
    "all\n"
    "  --streams LIST   how many open streams the rows have, as in 1,100,1000\n"
    "  --seconds N      of steady state that a row measures\n"
    "  --held N         streams that are open at once, each counted to its last frame\n"
    "  --smoke          all parts but budget, as small and short as can be: does it still run?\n"
    "  --record TEXT    puts the results at the top of RESULTS.md; TEXT says what changed since the last ones\n"
    "Ends with 1 when a stream failed, whatever the figures are.\n";

int BenchOptions::atMost(int wanted) const {
    int best = streams.front();
    for (const int count : streams)
        if (count <= wanted) best = count;
    return best;
}

BenchOptions optionsOf(const std::vector<std::string>& words) {
    BenchOptions options;
    std::set<Part> only;
    // First, so that what else is said wins.
    if (std::find(words.begin(), words.end(), "--smoke") != words.end()) makeSmall(options);
    for (auto word = words.begin(); word != words.end(); ++word) {
        const std::string& option = *word;
        if (option == "--smoke") continue;
        if (option != "--only" && option != "--streams" && option != "--seconds" && option != "--held" &&
            option != "--record")
            throw std::invalid_argument("'" + option + "' is not an option");
        if (++word == words.end()) throw std::invalid_argument(option + ": needs a value");
        if (option == "--only") only.insert(partNamed(*word));
        if (option == "--streams") options.streams = numbersIn(option, *word);
        if (option == "--seconds") options.seconds = numberIn(option, *word, 600);
        if (option == "--held") options.held = numberIn(option, *word, kMostHeld);
        if (option == "--record") options.record = *word;
    }
    if (!only.empty()) options.parts = only;
    return options;
}

}  // namespace aiproject::bench
