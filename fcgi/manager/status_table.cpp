#include "manager/status_table.h"

#include <Poco/JSON/Array.h>

#include <iomanip>
#include <sstream>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string text(const Object& object, const std::string& name) { return object.optValue<std::string>(name, "-"); }

std::string duration(long seconds) {
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h";
    return std::to_string(seconds / 86'400) + " d";
}

template <class Print>
void forEach(const Array::Ptr& array, const Print& print) {
    for (std::size_t i = 0; array && i < array->size(); ++i) print(*array->getObject(unsigned(i)));
}

// Lines of 80 columns, the further ones indented.
void printWrapped(std::ostream& out, const std::string& sentence) {
    constexpr std::size_t width = 80;
    std::istringstream words(sentence);
    std::string line = " ";
    for (std::string word; words >> word;) {
        if (line.size() + 1 + word.size() > width && line.find_first_not_of(' ') != std::string::npos) {
            out << line << "\n";
            line = "   ";
        }
        line += " " + word;
    }
    out << line << "\n";
}

void printWrapped(std::ostream& out, const Array& sentences) {
    for (const auto& sentence : sentences) printWrapped(out, sentence.convert<std::string>());
}

void printWorker(std::ostream& out, const Object& worker) {
    const std::string load = text(worker, "busy") + "/" + text(worker, "threads");
    out << "  " << std::left << std::setw(9) << text(worker, "pid") << std::setw(12) << text(worker, "generation")
        << std::setw(10) << text(worker, "state") << std::right << std::setw(10) << load << std::setw(9)
        << text(worker, "streams") << std::setw(9) << text(worker, "served") << std::setw(7)
        << text(worker, "resident_mb") << std::setw(9) << duration(worker.getValue<long>("up_s")) << "\n";
}

void printModel(std::ostream& out, const Object& model) {
    out << "  model " << std::left << std::setw(26) << text(model, "name") << std::setw(13) << text(model, "state")
        << text(model, "calls") << " calls";
    if (model.has("key_end")) out << ", key ..." << text(model, "key_end");
    if (model.has("retry_s")) out << ", tried again in " << text(model, "retry_s") << " s";
    out << "\n";
}

void printQueue(std::ostream& out, const Object& pool) {
    const int waiting = pool.optValue("queue_waiting", 0);
    if (waiting > 0)
        out << "  queue: " << waiting << " requests wait for a thread, the longest for "
            << text(pool, "queue_longest_ms") << " ms\n";
}

void printCall(std::ostream& out, const Object& call) {
    const std::string user = text(call, "user"), model = text(call, "model");
    printWrapped(out, "call of " + (user.empty() ? "nobody" : user) + (model.empty() ? "" : " on " + model) + ", " +
                          text(call, "phase") + ", " + duration(call.getValue<long>("age_s")) + ", worker " +
                          text(call, "worker"));
}

void printPool(std::ostream& out, const Object& pool) {
    out << "\npool " << text(pool, "name") << ": " << pool.getArray("workers")->size() << " workers, "
        << text(pool, "processes") << " wanted; " << text(pool, "calls") << " of " << text(pool, "calls_limit")
        << " model calls\n";
    if (pool.has("last_death")) out << "  last death: " << text(pool, "last_death") << "\n";
    printQueue(out, pool);
    out << "  worker   generation  state           busy  streams    taken     MB       up\n";
    forEach(pool.getArray("workers"), [&](const Object& worker) { printWorker(out, worker); });
    forEach(pool.getArray("models"), [&](const Object& model) { printModel(out, model); });
    forEach(pool.getArray("oldest_calls"), [&](const Object& call) { printCall(out, call); });
    const std::size_t shown = pool.isArray("oldest_calls") ? pool.getArray("oldest_calls")->size() : 0;
    const std::size_t calls = pool.optValue<std::size_t>("calls", 0);
    if (shown > 0 && calls > shown) out << "  and " << calls - shown << " calls that began later\n";
}

void printAnswer(std::ostream& out, const Object& answer) {
    const std::string kind = text(answer, "kind");
    printWrapped(out, kind + ": " +
                          (answer.has("model") ? text(answer, "model") + " (" + text(answer, "origin") + ")"
                                               : "nowhere; route." + kind + " names no model that is there"));
}

}  // namespace

std::string statusTable(const Object& status) {
    std::ostringstream out;
    const Object::Ptr reload = status.getObject("reload");
    out << "aiproject " << text(status, "release") << "\nmanager " << text(status, "pid") << " since "
        << text(status, "since") << ", generation " << text(status, "generation")
        << ", last reload: " << text(*reload, "state") << "\nrequests answered since then: " << text(status, "requests")
        << "\n";
    printWrapped(out, *reload->getArray("reasons"));
    printWrapped(out, *status.getArray("notices"));
    out << "\nanswers come from\n";
    forEach(status.getArray("answers"), [&](const Object& answer) { printAnswer(out, answer); });
    forEach(status.getArray("pools"), [&](const Object& pool) { printPool(out, pool); });
    return out.str();
}

}  // namespace aiproject
