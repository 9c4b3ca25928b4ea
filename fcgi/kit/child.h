// Work in a process of its own that tells what it does while it does it: a plugin that crashes, hangs or exits there is
// a sentence here. What it writes to its standard output and error is kept apart.
//
// THREADS  none in the parent: it forks.
#pragma once

#include "base/file_descriptor.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

namespace aiproject {

// Descriptors of the kit's own in the child begin here: plugins that close others begin at 0.
constexpr int kFirstOwnDescriptor = 500;

// The child's way to its parent. Any thread of the child.
class Reporter {
public:
    explicit Reporter(FileDescriptor pipe) : pipe_(std::move(pipe)) {}
    // One line, without its line break.
    void tell(const std::string& line);

private:
    std::mutex mutex_;
    FileDescriptor pipe_;
};

struct ChildEnd {
    bool isBack = false;         // the work is done, and the process ended as it should
    bool isInterrupted = false;  // by SIGINT, SIGTERM or SIGHUP of ours
    std::string verdict;         // else: "crashes (Segmentation fault); it said: ..."
    std::string words;           // all it wrote to its standard output and error, up to 64 KiB
};

struct ChildOrder {
    std::function<void(Reporter& reporter)> work;
    std::function<void(const std::string& line)> hear;   // what the child tells, in the parent
    std::function<void(const std::string& words)> read;  // what it writes, as it comes; none: only kept
    std::chrono::milliseconds patience{0};               // for all of it; hear() may change it
    bool runsExit = false;                               // ends with exit(), destructors and all
};

// Throws std::runtime_error where the system has no process for it.
ChildEnd runChild(const ChildOrder& order);

}  // namespace aiproject
