// Prints what a tried plugin does, event by event: for people, or each as a JSON object on a line of its own.
#pragma once

#include "aiproject/redaction.h"
#include "kit/child.h"

#include <Poco/JSON/Object.h>

#include <chrono>
#include <ostream>
#include <string>

namespace aiproject {

class TryPrinter {
public:
    TryPrinter(std::ostream& out, bool asJson) : out_(out), asJson_(asJson) {}

    void hear(const std::string& line);   // an event of the child
    void read(const std::string& words);  // what the plugin writes by itself
    // That the call which runs now may take; 0: none runs.
    std::chrono::milliseconds timeOfCall() const { return timeOfCall_; }
    // The child is gone. True: the plugin answered, and broke nothing.
    bool end(const ChildEnd& child);

private:
    void print(const Poco::JSON::Object& event);
    void printCreated(const Poco::JSON::Object& event);
    void printEnd(const Poco::JSON::Object& event);
    void printTimes(const Poco::JSON::Object& event);
    void printPiece(const std::string& mark, const std::string& text);
    void endLine();
    void tellFault(const std::string& text);

    std::ostream& out_;
    const bool asJson_;
    Redaction secrets_;
    bool isInLine_ = false;
    std::string mark_;      // of what is printed now: thoughts have one
    std::string function_;  // of the plugin, that runs
    std::string words_;     // a line that has no end yet
    std::chrono::milliseconds timeOfCall_{0};
    std::chrono::steady_clock::time_point functionSince_{};
    double openedMs_ = 0, createdMs_ = 0, startedMs_ = 0;
    std::uint64_t bytes_ = 0;
    bool isRight_ = false, hasFault_ = false;
};

}  // namespace aiproject
