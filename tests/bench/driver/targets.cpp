#include "bench/driver/budget.h"
#include "bench/driver/held.h"
#include "bench/driver/interruption.h"
#include "bench/driver/page_rate.h"
#include "bench/driver/progress.h"
#include "bench/driver/row_book.h"
#include "bench/driver/section.h"
#include "bench/driver/target_lines.h"
#include "bench/driver/warm.h"

#include <algorithm>
#include <map>

namespace aiproject::bench {
namespace {

double of(const std::map<Way, double>& ratios, Way way) {
    const auto found = ratios.find(way);
    return found == ratios.end() ? kNotMeasured : found->second;
}

// A row that was lost has zeros, which would meet every limit.
double ifMeasured(const Figures& row, double figure) { return row.isMeasured() ? figure : kNotMeasured; }

std::string atStreams(int streams) { return ", " + std::to_string(streams) + " streams"; }

// Against what only passes bytes on, by the CPU of all processes: holds on a busy machine too.
void byCpu(RowBook& rows, const BenchOptions& options, TargetLines& lines) {
    const auto add = [&](int streams, int frames, Way way, const Goal& goal) {
        const Ratios ratios = rows.ratios({Mode::saturation, streams, Way::nginx, Transport::plain, frames});
        lines.atLeast(goal, of(ratios.byCpu, way), "",
                      "byCPU ÷ " + std::string(way == Way::floor ? "nginx alone" : "nginx behind nginx") +
                          atStreams(streams) + " of " + std::to_string(frames) + " frames");
    };
    const std::vector<int> counts = saturationStreams(options);
    const double before[] = {0.38, 0.35, 0.37};
    for (std::size_t i = 0; i < counts.size(); ++i) add(counts[i], 20, Way::floor, {before[i], 0.75, 0.85});
    add(counts[counts.size() / 2], 20, Way::twoHops, {0.48, 1.0, 1.15});
    add(longStreams(options), 200, Way::twoHops, {0.67, 1.1, 1.25});
}

void workerCpu(RowBook& rows, BudgetBook& budgets, const BenchOptions& options, TargetLines& lines) {
    const int streams = longStreams(options);
    const Row row{Mode::flow, streams, Way::nginx, Transport::plain, 200};
    const Figures& flow = rows.of(row);
    lines.atMost({61, 22, 16}, ifMeasured(flow, flow.perFrame(flow.cpuServers)), " µs",
                 "worker CPU per frame" + atStreams(streams) + " of 200 frames in 10 s");
    lines.atLeast({}, of(rows.ratios(row).byCpu, Way::floor), "", "byCPU ÷ nginx alone, the same");
    lines.atLeast({}, of(rows.ratios(row).byCpu, Way::twoHops), "", "byCPU ÷ nginx behind nginx, the same");
    const Figures& plain = rows.of(setUpRow(options, Transport::plain));
    const Figures& tls = rows.of(setUpRow(options, Transport::tls));
    lines.atMost({780, 250, 150}, ifMeasured(plain, plain.perStream(plain.cpuServers)), " µs",
                 "worker CPU per stream of 1 frame, plain");
    lines.atMost({{}, 600, 450}, ifMeasured(tls, tls.perStream(tls.cpuServers)), " µs",
                 "worker CPU per stream of 1 frame, TLS resumed");
    if (options.has(Part::budget))
        lines.atMost({964, 150, {}}, budgets.of(BudgetCase::plain).all.allocations, "",
                     "allocations per stream of 1 frame, plain");
}

void manyStreams(RowBook& rows, const BenchOptions& options, TargetLines& lines) {
    const int most = options.mostStreams();
    const Figures& plain = rows.of({Mode::paced, most, Way::nginx, Transport::plain});
    const Figures& tls = rows.of({Mode::paced, most, Way::nginx, Transport::tls});
    const auto memory = [&](const Figures& row, double figure) {
        return options.sharesHosts ? kNotMeasured : ifMeasured(row, figure);  // what others grew to would count as idle
    };
    lines.atMost({47, 6, 2}, memory(plain, plain.kibPerStream), " KiB",
                 "resident per open stream, plain" + atStreams(most));
    lines.atMost({88, 55, 30}, memory(tls, tls.kibPerStream), " KiB",
                 "resident per open stream, TLS" + atStreams(most));
    lines.atMost({{}, 0.3, {}}, ifMeasured(plain, plain.load.added.p50 / 1'000), " ms",
                 "added p50, 2 frames/s each" + atStreams(most));
    lines.atMost({353, 60, 30}, spreadOfFrames(rows, options), " %", "CPU per frame, fewest to most streams apart");
    lines.atMost({5.9, 15, {}}, memory(plain, plain.idleKib / 1'024), " MiB", "idle worker, all plugins loaded");
}

void added(RowBook& rows, const BenchOptions& options, TargetLines& lines) {
    const int most = options.mostStreams();
    const Figures& ours = rows.of({Mode::held, most, Way::nginx, Transport::plain});
    const Figures& floor = rows.of({Mode::held, most, Way::floor, Transport::plain});
    const double ratio = floor.isMeasured() ? ours.load.added.p99 / floor.load.added.p99 : kNotMeasured;
    lines.atMost({{}, 4, 2}, ifMeasured(ours, ratio), "", "added p99 ÷ nginx alone, 1 frame/s each" + atStreams(most));
}

// As many as the rows have at most are a row.
Held heldBy(RowBook& rows, const BenchOptions& options, int streams, TargetLines& lines) try {
    if (streams > options.mostStreams()) return holdOpen(streams, mostOfCrowd(), options.seconds);
    return {streams, rows.of({Mode::held, streams, Way::nginx, Transport::plain}).load.failures};
} catch (const Interrupted&) {
    throw;
} catch (const std::runtime_error& e) {
    lines.note(std::to_string(streams) + " open at once: " + e.what());
    return {streams, streams};
}

// As many as come to their last frame, all of them: tried with fewer and fewer. Those of a row count as its failures.
void heldOpen(RowBook& rows, const BenchOptions& options, TargetLines& lines) {
    const int must = 30'000, aim = 50'000;
    std::vector<int> counts{options.held};
    for (const int fewer : {must, options.mostStreams()})
        if (fewer < counts.back()) counts.push_back(fewer);
    double most = kNotMeasured;
    for (const int streams : counts) {
        const Held held = heldBy(rows, options, streams, lines);
        if (held.failures == 0) {
            most = held.streams;
            break;
        }
        lines.note(std::to_string(held.failures) + " of " + std::to_string(held.streams) + " open at once failed");
    }
    lines.atLeast({10'000, must, aim}, most, "", "open at once, each counted to its last frame");
}

void rivals(RowBook& rows, const BenchOptions& options, TargetLines& lines) {
    const int streams = saturationStreams(options).front();
    const Ratios ratios = rows.ratios({Mode::saturation, streams, Way::nginx, Transport::plain, 20});
    const auto add = [&](Way way, const std::string& name, const Goal& goal) {
        lines.atLeast(goal, of(ratios.byRate, way), "", "frames/s ÷ " + name + atStreams(streams) + " of 20 frames");
        lines.atLeast({}, of(ratios.byCpu, way), "", "byCPU ÷ " + name);
    };
    add(Way::aiohttp, "aiohttp", {1.2, 2, 2.7});
    add(Way::flask, "Flask gthread", {4, 7, 9});
}

// What clients that speak OpenAI cost beside those of the documented path, in the same round.
void openAi(RowBook& rows, const BenchOptions& options, TargetLines& lines) {
    const int streams = longStreams(options), most = options.mostStreams();
    const auto add = [&](Way way, const std::string& name, double factor) {
        for (const Mode mode : {Mode::saturation, Mode::flow}) {
            if (mode == Mode::flow && options.sharesHosts) continue;  // the smoke has our own way alone
            const Figures& spark = rows.of({mode, streams, Way::nginx, Transport::plain, 200});
            const Figures& here = rows.of({mode, streams, way, Transport::plain, 200});
            const std::string where = atStreams(streams) + " of 200 frames" + (mode == Mode::flow ? " in 10 s" : "");
            if (mode == Mode::saturation)
                lines.atLeast({{}, 1 / factor, {}}, ifMeasured(here, here.framesPerSecond() / spark.framesPerSecond()),
                              "", name + ", frames/s ÷ the documented path's" + where);
            lines.atMost({{}, factor, {}},
                         ifMeasured(here, here.perFrame(here.cpuServers) / spark.perFrame(spark.cpuServers)), "",
                         name + ", worker CPU per frame ÷ the documented path's" + where);
        }
        if (options.sharesHosts) return;
        const Figures& spark = rows.of({Mode::paced, most, Way::nginx, Transport::plain});
        const Figures& here = rows.of({Mode::paced, most, way, Transport::plain});
        lines.atMost({{}, factor, {}}, ifMeasured(here, here.kibPerStream / spark.kibPerStream), "",
                     name + ", resident per open stream ÷ the documented path's" + atStreams(most));
    };
    add(Way::openAi, "OpenAI to OpenAI", 1.15);
    add(Way::toSpark, "OpenAI to Spark", 1.4);
}

// Of one stream after the other, warm where the build can; answers the failures.
std::int64_t firstFrames(const BenchOptions& options, TargetLines& lines) {
    const bool isWarm = !warmConnections(0).empty();
    say("first frame, one stream after the other");
    const HostUnderBench host({Transport::tls, 0, warmConnections(4)});
    const FirstFrame floor = firstFrame(host, Way::floor, options.seconds);
    const FirstFrame ours = firstFrame(host, Way::nginx, options.seconds);
    lines.atMost({0.54, 1, {}}, (ours.us - floor.us) / 1'000, " ms",
                 std::string("added to the first frame, 1 stream, TLS, ") + (isWarm ? "warm" : "cold"));
    return floor.failures + ours.failures;
}

}  // namespace

Section targets(RowBook& rows, BudgetBook& budgets, const BenchOptions& options) {
    Section result{"Targets"};
    TargetLines lines;
    byCpu(rows, options, lines);
    workerCpu(rows, budgets, options, lines);
    manyStreams(rows, options, lines);
    if (!options.sharesHosts) added(rows, options, lines);
    heldOpen(rows, options, lines);
    rivals(rows, options, lines);
    openAi(rows, options, lines);
    if (!options.sharesHosts) result.failures += firstFrames(options, lines);  // the warm part has the same in small
    const PageRates pages = pageRates(rows.sharedHost(Transport::plain), options);
    lines.atLeast(
        {1.16, 0.9, {}}, pages.ratio, "",
        "/healthz (" + fixed(pages.healthz, 0) + "/s) ÷ a 10-line libfcgi program (" + fixed(pages.hello, 0) + "/s)");
    result.table = lines.table();
    result.lines = lines.notes();
    return result;
}

}  // namespace aiproject::bench
