#include "support/pictures.h"
#include "bench/driver/http_clients.h"
#include "bench/driver/interruption.h"
#include "bench/driver/progress.h"
#include "bench/driver/row_book.h"
#include "bench/driver/section.h"
#include "support/places.h"

#include <array>
#include <filesystem>

namespace aiproject::bench {
namespace {

constexpr double kMostP99Ms = 20;
constexpr int kUsers = 20;  // of OCR, beside the streams

bool isBuilt() { return std::filesystem::exists(test::buildFolder() + "/plugins-built/ocr_tesseract.so"); }

// The documented path leads to engines in the pool `media`.
HostOptions readingPictures(int engines) {
    HostOptions options;
    options.settings = {{"route.picture", "ocr_tesseract"},
                        {"model.ocr_tesseract.languages", "eng"},
                        {"model.ocr_tesseract.engines", std::to_string(engines)},
                        {"pool.media.processes", "1"}};
    return options;
}

HttpQuestion askFor(const HostUnderBench& host, const std::string& picture) {
    return {"/PictureToTextModel/chat", picture, {{"uuid", host.uuid()}, {"username", "bench"}}};
}

std::string pageOfText() {
    return test::converted(test::with(
        test::written("The quick brown fox jumps over the lazy dog.\nPack my box with five dozen liquor jugs.",
                      "DejaVu-Sans", 24),
        {"png:-"}));
}

void pause(int seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    await("the end of the measurement", std::chrono::seconds(seconds + 60),
          [&] { return std::chrono::steady_clock::now() >= until; });
}

// Engines that are all at work, each for one client.
std::vector<std::string> rowOf(int engines, const std::string& picture, int seconds) {
    HostUnderBench host(readingPictures(engines));
    const Pids workers = host.workers("media");
    const long idle = residentSizeOf(workers);
    HttpClients clients(host.nginx().port(), askFor(host, picture), {engines});
    await("the first pictures", std::chrono::minutes(1),
          [&] { return clients.answers().count("0") >= std::size_t(engines); });  // by then each engine is made
    const auto before = cpuTimeOf(workers);
    const std::size_t readBefore = clients.answers().count("0");
    pause(seconds);
    const double pictures = double(clients.answers().count("0") - readBefore);
    const auto cpu = cpuTimeOf(workers) - before;
    const long grown = residentSizeOf(workers) - idle;
    const std::string answers = clients.end().text();
    return {std::to_string(engines), fixed(pictures / seconds, 1),
            pictures > 0 ? fixed(std::chrono::duration<double, std::milli>(cpu).count() / pictures, 0) : "",
            fixed(double(grown) / 1'024 / engines, 0), answers};
}

// A line for the crowd alone, then one beside those who have pictures read.
std::string crowdBeside(const std::string& picture, const BenchOptions& options, std::int64_t& failures) {
    HostUnderBench host(readingPictures(0));
    const LoadPlan plan =
        planOf({Mode::paced, options.crowd, Way::nginx, Transport::plain}, host, options.crowdSeconds);
    const auto run = [&](int users) {
        LoadRun crowd(plan);
        crowd.awaitSteady();
        std::string answers = "nobody";
        {
            HttpClients clients(host.nginx().port(), askFor(host, picture), {users});
            crowd.awaitOver();
            if (users > 0) answers = std::to_string(users) + " users (" + clients.end().text() + ")";
        }
        const LoadResult result = crowd.result();
        failures += result.failures;
        return std::pair{result.added.p99 / 1'000, answers};
    };
    const auto alone = run(0), beside = run(kUsers);
    return std::to_string(options.crowd) + " streams: added p99 " + fixed(alone.first, 2) + " ms alone, " +
           fixed(beside.first, 2) + " ms beside " + beside.second + "; target < " + fixed(kMostP99Ms, 0) +
           " ms: " + (beside.first < kMostP99Ms ? "met" : "missed");
}

}  // namespace

Section pictures(const BenchOptions& options) {
    Section result{"Pictures read by ocr_tesseract"};
    if (!isBuilt()) {
        result.lines = {"Not measured: this build has no plugin ocr_tesseract."};
        return result;
    }
    const std::string picture = pageOfText();
    Table table({"engines, and clients", "pictures/s", "CPU ms per picture", "MiB per engine", "answers, by code"});
    for (const int engines : {1, 2, 4}) {
        say("pictures, " + std::to_string(engines) + " at once");
        table.add(rowOf(engines, picture, options.seconds));
    }
    result.table = table;
    say(std::to_string(options.crowd) + " streams beside " + std::to_string(kUsers) + " users with pictures");
    result.lines = {crowdBeside(picture, options, result.failures)};
    return result;
}

}  // namespace aiproject::bench
