// What this project does on one machine, beside what nginx alone does there: README.md says what is measured.
#include "bench/driver/bulkheads.h"
#include "bench/driver/growth.h"
#include "bench/driver/interruption.h"
#include "bench/driver/processes.h"
#include "bench/driver/progress.h"
#include "bench/driver/results_file.h"
#include "bench/driver/row_book.h"
#include "bench/driver/targets.h"
#include "bench/driver/warm.h"

#include <ctime>
#include <fstream>
#include <iostream>

namespace aiproject::bench {
namespace {

constexpr std::size_t kOpenFiles = 65'536;
constexpr std::size_t kPerStream = 2;  // descriptors in the process that has most of them
const std::string kFolder = AIPROJECT_BENCH_FOLDER;

struct Report {
    std::string text, svg;
    std::int64_t failures = 0;
};

void warnOfOpenFiles(const BenchOptions& options) {
    const std::size_t files = raiseOpenFiles(kOpenFiles);
    const std::size_t needed = std::size_t(options.mostStreams()) * kPerStream + 1'000;
    if (files < needed)
        say("only " + std::to_string(files) + " open files per process are allowed, and " +
            std::to_string(options.mostStreams()) + " streams in one process need " + std::to_string(needed) +
            ": streams may fail; run as root, or raise `ulimit -Hn`");
}

Report run(const BenchOptions& options) {
    RowBook rows(options);
    Report report;
    std::string sections;
    if (options.has(Part::rows))
        for (const Row& row : rowsOf(options)) rows.of(row);
    if (options.has(Part::targets)) {
        const Targets found = targets(rows, options);
        report.failures += found.failures;
        sections += "### Targets\n\n" + found.text + "\n";
    }
    if (options.has(Part::warm)) {
        const WarmResult warm = coldAgainstWarm(options);
        report.failures += warm.failures;
        sections += "### Warm upstream connections\n\n" + warm.text + "\n";
    }
    if (options.has(Part::bulkheads)) {
        const BulkheadResult found = bulkheads(options);
        report.failures += found.failures;
        sections += "### Bulkheads\n\n" + found.text + "\n";
    }
    if (options.has(Part::growth)) {
        const Growth found = growth(rows, options);
        report.svg = found.svg;
        sections += "### Growth\n\n![CPU per frame and per stream](growth.svg)\n\n" + found.text + "\n";
    }
    report.failures += rows.failures();
    report.text = sections + "### Rows\n\n" + rows.table() + rows.reasons() + "\n";
    return report;
}

std::string commit() {
    const test::Finished said = test::runToEnd({"git", {"-C", kFolder, "describe", "--always", "--dirty"}});
    return said.code == 0 ? said.output.substr(0, said.output.find('\n')) : "no commit";
}

std::string title(const std::string& whatChanged) {
    const std::time_t now = std::time(nullptr);
    char date[32];
    std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&now));
    return "## " + std::string(date) + ", " + commit() + ": " + whatChanged + "\n\n" + machine() + "\n\n";
}

void record(const std::string& whatChanged, const Report& report) {
    const std::string file = kFolder + "/RESULTS.md";
    const std::string content = withResults(test::readFile(file), title(whatChanged) + report.text);
    std::ofstream(file) << content;
    if (!report.svg.empty()) std::ofstream(kFolder + "/growth.svg") << report.svg;
    say("written: " + file);
}

int benchMain(const std::vector<std::string>& words) {
    if (words == std::vector<std::string>{"--help"}) return std::cout << kUsage, EXIT_SUCCESS;
    const BenchOptions options = optionsOf(words);
    takeInterruptions();
    warnOfOpenFiles(options);
    const Report report = run(options);
    std::cout << report.text;
    if (options.record) record(*options.record, report);
    if (report.failures > 0) say(std::to_string(report.failures) + " streams failed");
    return report.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace aiproject::bench

int main(int argc, char** argv) try {
    return aiproject::bench::benchMain({argv + 1, argv + argc});
} catch (const std::invalid_argument& e) {
    std::cerr << "bench: " << e.what() << "\n" << aiproject::bench::kUsage;
    return 2;
} catch (const std::exception& e) {
    std::cerr << "bench: " << e.what() << "\n";
    return EXIT_FAILURE;
}
