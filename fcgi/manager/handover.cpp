#include "manager/handover.h"

#include "manager/memory_file.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <fcntl.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr const char* kHandoverVariable = "AIPROJECT_HANDOVER";

// The members of each struct, once for who writes, who reads, and who collects the descriptors.
template <class Pass>
void pass(Pass& p, HandedSocket& s) {
    p("path", s.path)("socket", s.socket)("lock", s.lock);
}
template <class Pass>
void pass(Pass& p, HandedGeneration& g) {
    p("number", g.number)("configFile", g.configFile)("plugins", g.plugins)("config", g.config)("image", g.image);
    p("pluginCopies", g.pluginCopies);
}
template <class Pass>
void pass(Pass& p, HandedWorker& w) {
    p("pid", w.pid)("row", w.row)("generation", w.generation)("stage", w.stage)("isStuck", w.isStuck);
    p("isPatient", w.isPatient)("isForeign", w.isForeign)("startedAt", w.startedAt)("killAt", w.killAt)("drain",
                                                                                                        w.drain);
    p("reloadDrain", w.reloadDrain);
}
template <class Pass>
void pass(Pass& p, HandedSeries& s) {
    p("metric", s.metric)("labels", s.labels)("count", s.count)("buckets", s.buckets);
}
template <class Pass>
void pass(Pass& p, HandedPool& l) {
    p("name", l.name)("socket", l.socket)("backlog", l.backlog)("memory", l.memory)("bell", l.bell);
    p("starts", l.starts)("deaths", l.deaths)("lastDeath", l.lastDeath)("workers", l.workers)("counted", l.counted);
}
template <class Pass>
void pass(Pass& p, HandedClients& c) {
    p("waiting", c.waiting)("next", c.next)("others", c.others);
}
template <class Pass>
void pass(Pass& p, HandedDeath& d) {
    p("pid", d.pid)("status", d.status);
}
template <class Pass>
void pass(Pass& p, HandedStranger& s) {
    p("pool", s.pool)("worker", s.worker);
}
template <class Pass>
void pass(Pass& p, Handover& h) {
    p("version", h.version)("role", h.role)("release", h.release)("path", h.path)("layout", h.layout);
    p("since", h.since)("notifySocket", h.notifySocket)("serving", h.serving)("candidate", h.candidate);
    p("lastNumber", h.lastNumber)("knownErrors", h.knownErrors)("badPlugins", h.badPlugins)("notices", h.notices);
    p("errors", h.errors)("bad", h.bad)("warnings", h.warnings)("faults", h.faults)("control", h.control);
    p("status", h.status)("clients", h.clients)("isReloadWanted", h.isReloadWanted)("pools", h.pools)("gone", h.gone)(
        "deaths", h.deaths);
    p("strangers", h.strangers)("reasons", h.reasons);
}

class Writer {
public:
    template <class T>
    Writer& operator()(const char* name, T& value) {
        object_.set(name, json(value));
        return *this;
    }
    const Object& object() const { return object_; }

private:
    static Poco::Dynamic::Var json(std::string& text) { return text; }
    static Poco::Dynamic::Var json(int number) { return number; }
    static Poco::Dynamic::Var json(std::int64_t number) { return Poco::Int64(number); }
    static Poco::Dynamic::Var json(bool is) { return is; }
    static Poco::Dynamic::Var json(Handle handle) { return handle.number; }
    static Poco::Dynamic::Var json(Handover::Role role) { return int(role); }
    template <class T>
    static Poco::Dynamic::Var json(std::vector<T>& values) {
        Array array;
        for (T& value : values) array.add(json(value));
        return array;
    }
    template <class T>
    static Poco::Dynamic::Var json(T& values) {
        Writer writer;
        pass(writer, values);
        return writer.object_;
    }

    Object object_;
};

class Reader {
public:
    explicit Reader(const Object& object) : object_(object) {}
    template <class T>
    Reader& operator()(const char* name, T& value) {
        read(object_.get(name), value);
        return *this;
    }

private:
    static void read(const Poco::Dynamic::Var& json, std::string& text) { text = json.extract<std::string>(); }
    static void read(const Poco::Dynamic::Var& json, int& number) { number = json.convert<int>(); }
    static void read(const Poco::Dynamic::Var& json, std::int64_t& number) { number = json.convert<Poco::Int64>(); }
    static void read(const Poco::Dynamic::Var& json, bool& is) { is = json.convert<bool>(); }
    static void read(const Poco::Dynamic::Var& json, Handle& handle) { handle.number = json.convert<int>(); }
    static void read(const Poco::Dynamic::Var& json, Handover::Role& role) {
        role = Handover::Role(json.convert<int>());
    }
    template <class T>
    static void read(const Poco::Dynamic::Var& json, std::vector<T>& values) {
        for (const auto& one : *json.extract<Array::Ptr>()) read(one, values.emplace_back());
    }
    template <class T>
    static void read(const Poco::Dynamic::Var& json, T& values) {
        const auto& object = json.extract<Object::Ptr>();
        Reader reader(*object);
        pass(reader, values);
    }

    const Object& object_;
};

class Collector {
public:
    template <class T>
    Collector& operator()(const char*, T& value) {
        collect(value);
        return *this;
    }
    std::vector<int>& all() { return all_; }

private:
    void collect(Handle handle) {
        if (handle.number >= 0) all_.push_back(handle.number);
    }
    void collect(std::string&) {}
    void collect(int) {}
    void collect(std::int64_t) {}
    void collect(bool) {}
    void collect(Handover::Role) {}
    template <class T>
    void collect(std::vector<T>& values) {
        for (T& value : values) collect(value);
    }
    template <class T>
    void collect(T& values) {
        pass(*this, values);
    }

    std::vector<int> all_;
};

// Those of this process, without its name.
std::vector<std::string> ownArguments() {
    std::ifstream in("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> arguments;
    for (std::string argument; std::getline(in, argument, '\0');) arguments.push_back(argument);
    if (!arguments.empty()) arguments.erase(arguments.begin());
    return arguments;
}

}  // namespace

std::string textOf(const Handover& handover) {
    Handover all = handover;
    Writer writer;
    pass(writer, all);
    std::ostringstream text;
    writer.object().stringify(text);
    return text.str();
}

Handover handoverFrom(const std::string& text) {
    try {
        const auto object = Poco::JSON::Parser().parse(text).extract<Object::Ptr>();
        const int version = object->getValue<int>("version");
        if (version != kHandover)
            throw std::runtime_error("release " + object->optValue<std::string>("release", "?") +
                                     " hands over in version " + std::to_string(version) +
                                     ", which this program, of version " + std::to_string(kHandover) +
                                     ", does not understand: restart aiproject serve");
        Handover handover;
        Reader reader(*object);
        pass(reader, handover);
        return handover;
    } catch (const Poco::Exception& e) {
        throw std::runtime_error("the hand-over is not understood: " + e.displayText());
    }
}

std::vector<int> descriptorsOf(const Handover& handover) {
    Handover all = handover;
    Collector collector;
    pass(collector, all);
    return std::move(collector.all());
}

std::optional<Handover> inheritedHandover() {
    const char* const value = std::getenv(kHandoverVariable);
    if (!value) return {};
    const FileDescriptor text(std::atoi(value));
    unsetenv(kHandoverVariable);  // or a process that this one starts would take it for its own
    Handover handover = handoverFrom(contentOf(text.get()));
    for (const int descriptor : descriptorsOf(handover))
        if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
            throw std::runtime_error(std::string(kHandoverVariable) +
                                     " is for a program that aiproject serve becomes; unset it");
    return handover;
}

NextProgram nextProgram(const Handover& handover, std::shared_ptr<const FileDescriptor> image) {
    NextProgram next;
    next.text = std::make_shared<const FileDescriptor>(memoryFile("aiproject-handover", textOf(handover)));
    next.program.path = handover.path;
    next.program.arguments = ownArguments();
    next.program.environment = {std::string(kHandoverVariable) + "=" + std::to_string(next.text->get())};
    next.program.descriptors = descriptorsOf(handover);
    next.program.descriptors.push_back(next.text->get());
    next.program.image = std::move(image);
    return next;
}

}  // namespace aiproject
