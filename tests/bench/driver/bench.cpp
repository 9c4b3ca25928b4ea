// What this project does on one machine, beside what nginx alone does there, as JSON for report.py: README.md says what
// is measured.
#include "bench/driver/budget.h"
#include "bench/driver/interruption.h"
#include "bench/driver/processes.h"
#include "bench/driver/progress.h"
#include "bench/driver/row_book.h"
#include "bench/driver/section.h"

#include <Poco/JSON/Array.h>

#include <iostream>

namespace aiproject::bench {
namespace {

constexpr std::size_t kOpenFiles = 65'536;
constexpr std::size_t kPerStream = 2;  // descriptors in the process that has most of them

void warnOfOpenFiles(const BenchOptions& options) {
    const std::size_t files = raiseOpenFiles(kOpenFiles);
    const std::size_t needed = std::size_t(options.mostStreams()) * kPerStream + 1'000;
    if (files < needed)
        say("only " + std::to_string(files) + " open files per process are allowed, and " +
            std::to_string(options.mostStreams()) + " streams in one process need " + std::to_string(needed) +
            ": streams may fail; run as root, or raise `ulimit -Hn`");
}

std::vector<Section> run(const BenchOptions& options) {
    RowBook rows(options);
    BudgetBook budgets(options);
    std::vector<Section> sections;
    if (options.has(Part::rows))
        for (const Row& row : rowsOf(options)) rows.of(row);
    if (options.has(Part::targets)) sections.push_back(targets(rows, budgets, options));
    if (options.has(Part::budget)) sections.push_back(budgets.section(rows));
    if (options.has(Part::warm)) sections.push_back(coldAgainstWarm(options));
    if (options.has(Part::bulkheads)) sections.push_back(bulkheads(rows, options));
    if (options.has(Part::growth)) sections.push_back(growth(rows, options));
    if (options.has(Part::bursts)) sections.push_back(bursts(options));
    if (options.has(Part::pictures)) sections.push_back(pictures(options));
    sections.push_back(rows.section());
    sections.back().failures = rows.failures() + budgets.failures();
    return sections;
}

void print(const std::vector<Section>& sections, const BenchOptions& options) {
    Poco::JSON::Array all;
    for (const Section& section : sections) all.add(section.json());
    Poco::JSON::Object report;
    report.set("sections", all);
    if (options.record) report.set("record", *options.record);
    report.stringify(std::cout);
    std::cout << std::endl;
}

int benchMain(const std::vector<std::string>& words) {
    if (words == std::vector<std::string>{"--help"}) return std::cout << kUsage, EXIT_SUCCESS;
    const BenchOptions options = optionsOf(words);
    takeInterruptions();
    warnOfOpenFiles(options);
    const std::vector<Section> sections = run(options);
    print(sections, options);
    std::int64_t failures = 0;
    for (const Section& section : sections) failures += section.failures;
    if (failures > 0) say(std::to_string(failures) + " streams failed");
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
