#include "bench/driver/page_rate.h"
#include "bench/driver/progress.h"
#include "bench/driver/row_book.h"
#include "bench/driver/section.h"
#include "bench/driver/warm.h"

#include <algorithm>

namespace aiproject::bench {
namespace {

constexpr int kOpenStreams = 10'000;
constexpr double kLeastRate = 1.98;  // below, frames are late that nobody counts as failed
constexpr int kSteadyStreams = 1'000;
constexpr double kMostP50Ms = 0.3, kMostP99Ms = 10;
constexpr double kLeastOfFloor = 0.85;
constexpr double kMostCpuUs = 10;
constexpr double kMostKibPlain = 48, kMostKibTls = 100;
constexpr double kMostIdleMib = 15;
constexpr double kMostFirstFrameMs = 1;
constexpr double kLeastOfHello = 0.9;

// A line of the table for a figure with a limit; the unit stands behind both.
class Lines {
public:
    void atMost(double limit, double figure, const std::string& unit, const std::string& what) {
        add(what, fixed(figure, 2) + unit, "≤ " + shortest(limit) + unit, figure <= limit);
    }
    void atLeast(double limit, double figure, const std::string& unit, const std::string& what) {
        add(what, fixed(figure, 2) + unit, "≥ " + shortest(limit) + unit, figure >= limit);
    }
    void add(const std::string& what, const std::string& measured, const std::string& target, bool isMet) {
        table_.add({what, measured, target, isMet ? "met" : "missed"});
    }
    const Table& table() const { return table_; }

private:
    static std::string shortest(double number) {
        std::string text = fixed(number, 2);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
        return text;
    }

    Table table_{{"what", "measured", "target", ""}};
};

std::string atStreams(int streams) { return " at " + std::to_string(streams) + " open streams"; }

void manyStreams(RowBook& rows, const BenchOptions& options, Lines& lines) {
    const int most = options.mostStreams();
    const Figures& plain = rows.of({Mode::paced, most, Way::nginx, Transport::plain});
    const Figures& tls = rows.of({Mode::paced, most, Way::nginx, Transport::tls});
    const double rate = plain.framesPerSecond() / most;
    lines.add("open streams held, 2 frames/s each",
              std::to_string(most) + ", " + std::to_string(plain.load.failures) + " failed, " + fixed(rate, 2) +
                  " frames/s each",
              std::to_string(kOpenStreams) + ", none failed",
              most >= kOpenStreams && plain.load.failures == 0 && rate >= kLeastRate);
    lines.atMost(kMostP50Ms, plain.load.added.p50 / 1'000, " ms", "added per frame, p50," + atStreams(most));
    lines.atMost(kMostP99Ms, plain.load.added.p99 / 1'000, " ms", "added per frame, p99," + atStreams(most));
    lines.atMost(kMostKibPlain, plain.kibPerStream, " KiB", "resident per stream, plain," + atStreams(most));
    lines.atMost(kMostKibTls, tls.kibPerStream, " KiB", "resident per stream, TLS," + atStreams(most));
    lines.atMost(kMostIdleMib, plain.idleKib / 1'024, " MiB", "idle worker, all plugins loaded");
}

void saturation(RowBook& rows, const BenchOptions& options, Lines& lines) {
    for (const int streams : saturationStreams(options)) {
        const Figures& floor = rows.of({Mode::saturation, streams, Way::floor, Transport::plain});
        const Figures& ours = rows.of({Mode::saturation, streams, Way::nginx, Transport::plain});
        lines.atLeast(kLeastOfFloor, ours.framesPerSecond() / floor.framesPerSecond(), "",
                      "frames/s ÷ floor," + atStreams(streams));
    }
}

// Of one stream after the other, warm where the build can; answers the failures.
std::int64_t firstFrames(const BenchOptions& options, Lines& lines) {
    const bool isWarm = !warmConnections(0).empty();
    say("first frame, one stream after the other");
    const HostUnderBench host({Transport::tls, 0, warmConnections(4)});
    const FirstFrame floor = firstFrame(host, Way::floor, options.seconds);
    const FirstFrame ours = firstFrame(host, Way::nginx, options.seconds);
    lines.atMost(kMostFirstFrameMs, (ours.us - floor.us) / 1'000, " ms",
                 std::string("added to the first frame, 1 stream, TLS, ") + (isWarm ? "warm" : "cold"));
    return floor.failures + ours.failures;
}

}  // namespace

Section targets(RowBook& rows, const BenchOptions& options) {
    Section result{"Targets"};
    Lines lines;
    manyStreams(rows, options, lines);
    saturation(rows, options, lines);
    const int steady = options.atMost(kSteadyStreams);
    const Figures& figures = rows.of({Mode::paced, steady, Way::nginx, Transport::plain});
    lines.atMost(kMostCpuUs, figures.perFrame(figures.cpuWorkers), " µs", "worker CPU per frame," + atStreams(steady));
    result.failures = firstFrames(options, lines);
    const PageRates pages = pageRates(options);
    lines.atLeast(
        kLeastOfHello, pages.ratio, "",
        "/healthz (" + fixed(pages.healthz, 0) + "/s) ÷ a 10-line libfcgi program (" + fixed(pages.hello, 0) + "/s)");
    result.table = lines.table();
    return result;
}

}  // namespace aiproject::bench
