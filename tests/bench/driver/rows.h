// One row of the table: what a way to the upstream gives with so many streams, and what it costs.
#pragma once

#include "bench/driver/host_under_bench.h"
#include "bench/driver/load_run.h"

#include <string>
#include <tuple>

namespace aiproject::bench {

// paced: long streams, 2 frames/s each. saturation: streams one after the other, as fast as they go. turnover: streams
// of 20 frames in 20 s, so that a twentieth of them ends and begins each second. flow: streams of 200 frames in 10 s.
// held: streams of 1 frame/s that are all open at once, each counted to its last frame.
enum class Mode { paced, saturation, turnover, flow, held };

struct Row {
    Mode mode;
    int streams;
    Way way;
    Transport transport;
    int frames = 20;  // of a stream; at saturation and of flow

    bool operator<(const Row& other) const {
        return std::tie(mode, frames, streams, way, transport) <
               std::tie(other.mode, other.frames, other.streams, other.way, other.transport);
    }
};

struct Figures {
    LoadResult load;
    // µs in the steady state, all processes of a kind; servers: what stands between nginx and the upstream; keepers:
    // our manager and the workers of its other pools.
    double cpuUpstream = 0, cpuNginx = 0, cpuServers = 0, cpuKeepers = 0;
    double kibPerStream = 0;  // more than when idle, all servers; paced: than after ten streams
    double idleKib = 0;       // of the largest server, before the first stream

    bool isMeasured() const { return load.frames > 0; }
    double perFrame(double cpuUs) const { return load.frames > 0 ? cpuUs / double(load.frames) : 0; }
    double perStream(double cpuUs) const { return load.streamsEnded > 0 ? cpuUs / double(load.streamsEnded) : 0; }
    double framesPerSecond() const { return double(load.frames) / load.seconds; }
    double streamsPerSecond() const { return double(load.streamsEnded) / load.seconds; }
    double ourCpu() const { return cpuNginx + cpuServers; }
    double allCpu() const { return load.cpuUs + cpuUpstream + cpuNginx + cpuServers + cpuKeepers; }
};

std::string nameOf(Mode mode);
std::string nameOf(Way way);
std::string nameOf(const Row& row);

// What bench_load is asked for.
LoadPlan planOf(const Row& row, const HostUnderBench& host, int seconds);

// The host is one for the row's transport. What its workers had grown to before counts as idle, so where memory
// matters the host is a fresh one.
Figures measure(const Row& row, HostUnderBench& host, int seconds);

}  // namespace aiproject::bench
