// What a program hands to the next one, which goes on in its process: after an upgrade a reload makes the manager
// become the new binary. A text in memory, whose descriptor the environment names, and the descriptors that it names in
// turn.
//
// VERSION  kHandover counts up with every change of a member here. A program refuses the text of another version, in
//          the rehearsal, when nothing is changed yet, not even the database; then the upgrade takes a restart.
#pragma once

#include "manager/listening_socket.h"
#include "manager/program.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiproject {

constexpr int kHandover = 2;

struct HandedGeneration {
    int number = 0;
    std::string configFile, plugins;  // plugins: see PluginSnapshot::handedDown()
    Handle config, image;
    std::vector<Handle> pluginCopies;
};

struct HandedWorker {
    std::int64_t pid = 0;
    int row = 0, generation = 0, stage = 0;
    bool isStuck = false, isPatient = false, isForeign = false;
    std::int64_t startedAt = 0, killAt = 0;  // Board::milliseconds()
    std::int64_t drain = 0, reloadDrain = 0;
};

struct HandedSeries {
    std::string metric, labels;
    std::int64_t count = 0;
    std::vector<std::int64_t> buckets;
};

struct HandedPool {
    std::string name;
    HandedSocket socket;
    int backlog = 0;
    Handle memory, bell;  // of its board
    std::int64_t starts = 0, deaths = 0;
    std::string lastDeath;
    std::vector<HandedWorker> workers;
    std::vector<HandedSeries> counted;  // so far, for a program that cannot read the board
};

// Clients of the control socket.
struct HandedClients {
    std::vector<Handle> waiting, next,
        others;  // for this reload, for the one after it, for what they have not yet said
};

struct HandedDeath {
    std::int64_t pid = 0;
    int status = 0;  // waitpid's
};

// A worker of the generation that was refused, which still drains.
struct HandedStranger {
    std::string pool;
    HandedWorker worker;
};

struct Handover {
    // rehearsal: it is only looked at, by a process that is thrown away. onward: the candidate is to serve. back: the
    // candidate was refused, and the program that has written the rest of this goes on.
    enum class Role { rehearsal, onward, back };

    int version = kHandover;
    Role role = Role::onward;
    std::string release, path;  // of the program that wrote this; where it is, or was, found
    std::int64_t layout = 0;    // of its boards
    std::int64_t since = 0;     // when the service began; microseconds of the Unix time
    std::string notifySocket;   // systemd's; see service_notice.h
    HandedGeneration serving, candidate;
    int lastNumber = 0;
    std::vector<std::string> knownErrors, badPlugins, notices;  // of `serving`
    std::vector<std::string> errors, bad, warnings, faults;     // of the candidate, from its trial
    HandedSocket control, status;
    HandedClients clients;
    bool isReloadWanted = false;  // by a signal or a client, since this reload began
    std::vector<HandedPool> pools;
    std::vector<HandedSeries> gone;
    // Only on the way back:
    std::vector<HandedDeath> deaths;
    std::vector<HandedStranger> strangers;
    std::vector<std::string> reasons;
};

std::string textOf(const Handover& handover);
// Throws std::runtime_error when it is of another version, or no such text.
Handover handoverFrom(const std::string& text);

// All that the next program must inherit.
std::vector<int> descriptorsOf(const Handover& handover);

// What this process was handed; taken once, and its descriptors are of no other process from then on. Nothing: it began
// by itself. Throws std::runtime_error as handoverFrom().
std::optional<Handover> inheritedHandover();

// What the rehearsal prints when all is understood.
constexpr const char* kUnderstood = "the hand-over is understood";

// A program that goes on with it, and its text, which must be open when it begins. With the arguments of this process.
struct NextProgram {
    Program program;
    std::shared_ptr<const FileDescriptor> text;
};
NextProgram nextProgram(const Handover& handover, std::shared_ptr<const FileDescriptor> image);

}  // namespace aiproject
