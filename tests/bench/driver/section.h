// A part of what the bench has found, as report.py draws it: a table, lines of text, a plot.
#pragma once

#include "bench/driver/options.h"
#include "bench/driver/table.h"

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aiproject::bench {

class BudgetBook;
class RowBook;

struct Series {
    std::string name;
    std::vector<std::pair<double, double>> points;  // by x
};

struct Section {
    std::string title;
    std::optional<Table> table = {};
    std::vector<std::string> lines = {};  // below the table
    std::vector<Series> plot = {};        // over the number of open streams
    std::int64_t failures = 0;            // of streams that are in no row

    Poco::JSON::Object json() const;
};

// The targets that the project has set itself, what was measured when it set them, and whether they are met.
Section targets(RowBook& rows, BudgetBook& budgets, const BenchOptions& options);
// What a warm upstream connection saves before the first frame.
Section coldAgainstWarm(const BenchOptions& options);
// What others do must not reach the streams: the age of the frames of a crowd of paced streams while logins, uploads
// or clients that hardly read are at the same host.
Section bulkheads(RowBook& rows, const BenchOptions& options);
// Whether a frame and a stream cost the same however many are open.
Section growth(RowBook& rows, const BenchOptions& options);
// What many new streams at once are told, and many calls whose first frame comes late; both with default settings.
Section bursts(const BenchOptions& options);
// What reading text in pictures costs, and whether it reaches the streams.
Section pictures(const BenchOptions& options);
// How far the CPU of nginx and workers per frame lies apart between the fewest and the most open streams, in percent;
// kNotMeasured with fewer than two counts.
double spreadOfFrames(RowBook& rows, const BenchOptions& options);

}  // namespace aiproject::bench
