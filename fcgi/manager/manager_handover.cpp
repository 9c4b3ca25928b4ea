// How the manager becomes another program, when a reload finds a new binary, and back: the parts of Manager that belong
// to an upgrade.
#include "base/error.h"
#include "manager/manager.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kLongestAnswers{1};  // of status.socket, which break when another program goes on

std::set<std::string> asSet(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

std::vector<std::string> asList(const std::set<std::string>& texts) { return {texts.begin(), texts.end()}; }

Handle copyOf(Handle handle) {
    const int copy = fcntl(handle.number, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw std::runtime_error(std::string("no descriptor is left: ") + std::strerror(errno));
    return {copy};
}

// One of that name and path may have been closed by a reload and drain still, beside the one that is open: two cannot
// be.
bool isHanded(const Pool& pool, const HandedPool& handed) {
    return pool.isOpen() && handed.socket.socket.number >= 0 && pool.name() == handed.name &&
           pool.path() == handed.socket.path;
}

// What the program that wrote it needs to go on, and this one does not.
std::vector<FileDescriptor> keptOf(const Handover& handed) {
    std::vector<FileDescriptor> kept;
    const auto keep = [&](Handle handle) { kept.emplace_back(handle.number); };
    keep(handed.serving.config);
    keep(handed.serving.image);
    for (const Handle copy : handed.serving.pluginCopies) keep(copy);
    for (const HandedPool& pool : handed.pools) {
        keep(pool.memory);
        keep(pool.bell);
    }
    return kept;
}

}  // namespace

Manager::Manager(GenerationSource source, Handover handed, Generation generation, const ManagerSignals& signals,
                 Log& log)
    : source_(std::move(source)),
      signals_(signals),
      log_(log),
      notice_(handed.notifySocket),
      control_(handed.control),
      current_(std::move(generation)),
      status_(handed.status, [this](const Request& request) { return pageFor(request); }),
      isReadyTold_(true),
      knownErrors_(asSet(handed.knownErrors)),
      badPlugins_(asSet(handed.badPlugins)),
      notices_(handed.notices),
      lastNumber_(handed.lastNumber),
      since_(handed.since) {
    gone_.add(handed.gone);
    for (const Handle client : handed.clients.waiting) waiting_.push_back(control_.add(client));
    for (const Handle client : handed.clients.next) next_.push_back(control_.add(client));
    for (const Handle client : handed.clients.others) control_.add(client);
    isReloadWanted_ = handed.isReloadWanted;
    adoptPools(handed);
    handed.role == Handover::Role::back ? resume(handed) : goOn(std::move(handed));
}

// The way back needs the boards as they were handed over, so on the way onward a pool has descriptors of its own.
void Manager::adoptPools(const Handover& handed) {
    const BoardIs board = handed.layout == std::int64_t(Board::layout()) ? BoardIs::ours : BoardIs::foreign;
    for (HandedPool pool : handed.pools) {
        if (handed.role != Handover::Role::back) {
            pool.bell = copyOf(pool.bell);
            if (board == BoardIs::ours) pool.memory = copyOf(pool.memory);
        }
        if (board == BoardIs::foreign) gone_.add(pool.counted);
        pools_.push_back(std::make_unique<Pool>(pool, board, log_));
    }
}

// Nobody serves by this program yet, so serving_ is empty: the workers of the last one are only looked after.
void Manager::goOn(Handover handed) {
    log_.info("release " + source_.release + " goes on in place of " + handed.release + "; its workers start");
    Generation candidate = current_;
    current_.number = handed.serving.number;
    Reload::Findings findings{asSet(handed.errors), asSet(handed.bad), handed.warnings, handed.faults};
    auto kept = keptOf(handed);
    former_ = std::make_unique<Former>(Former{std::move(handed), std::move(kept), {}});
    reload_ = std::make_unique<Reload>(std::move(candidate), std::move(findings), pools_, log_);
}

// The other program could not, and this one has its workers still.
void Manager::resume(const Handover& handed) {
    serving_ = poolsOf(current_, pools_, log_);
    for (const HandedDeath& death : handed.deaths)
        for (const auto& pool : pools_)
            if (pool->reap(pid_t(death.pid), death.status)) break;
    for (const HandedStranger& stranger : handed.strangers)
        for (const auto& pool : pools_)
            if (pool->isOpen() && pool->name() == stranger.pool)
                pool->add(stranger.worker, stranger.worker.isForeign ? BoardIs::foreign : BoardIs::ours);
    endReload(handed.reasons);
}

// Empty: the candidate's program is this one.
Reload::Rehearsal Manager::rehearsalOf(const Generation& candidate) const {
    if (isSameFile(*candidate.files.image, *image_)) return {};
    return [this](const Generation& tried) {
        Handover handed = handDown(tried, {});
        handed.role = Handover::Role::rehearsal;
        return nextProgram(handed, tried.files.image);
    };
}

Handover Manager::handDown(const Generation& candidate, const Reload::Findings& findings) const {
    Handover handed;
    handed.release = source_.release;
    handed.path = source_.binary;
    handed.layout = Board::layout();
    handed.since = since_.epochMicroseconds();
    handed.notifySocket = notice_.socket();
    handed.serving = aiproject::handDown(current_);
    handed.candidate = aiproject::handDown(candidate);
    handed.lastNumber = lastNumber_;
    handed.knownErrors = asList(knownErrors_);
    handed.badPlugins = asList(badPlugins_);
    handed.notices = notices_;
    handed.errors = asList(findings.errors);
    handed.bad = asList(findings.badPlugins);
    handed.warnings = findings.warnings;
    handed.faults = findings.faults;
    MetricSums gone = gone_;
    gone.count(metric::kLogLinesLost, {}, log_.lost());  // which the next log counts from 0
    handed.gone = gone.handDown();
    for (const auto& pool : pools_) handed.pools.push_back(pool->handDown());
    handDownSockets(handed);
    return handed;
}

void Manager::handDownSockets(Handover& handed) const {
    handed.isReloadWanted = isReloadWanted_;
    std::vector<int> known = waiting_;
    known.insert(known.end(), next_.begin(), next_.end());
    handed.control = control_.handDownSocket();
    handed.status = status_.handDownSocket();
    handed.clients = {control_.handDown(waiting_), control_.handDown(next_), control_.handDownOthers(known)};
}

void Manager::handOver() {
    const auto now = Clock::now();
    if (!handsOverBy_) handsOverBy_ = now + kLongestAnswers;
    if (!status_.isIdle() && now < *handsOverBy_) return;
    handsOverBy_.reset();
    log_.info("reload: " + source_.binary + " is another program now, which goes on in this process");
    try {
        const Generation& candidate = reload_->candidate();
        become(nextProgram(handDown(candidate, reload_->findings()), candidate.files.image).program);
        reload_->refuse({source_.binary + ": cannot be run: " + std::strerror(errno)});
    } catch (const std::exception& e) {
        reload_->refuse({describe(e)});
    }
}

// Of the candidate, in pools that the last program has as well: they drain.
std::vector<HandedStranger> Manager::strangers() const {
    const bool isForeign = former_->handed.layout != std::int64_t(Board::layout());
    std::vector<HandedStranger> all;
    for (const auto& pool : pools_)
        for (const WorkerProcess& worker : pool->workers()) {
            if (worker.generation != reload_->candidate().number) continue;
            all.push_back({pool->name(), Pool::handDown(worker)});
            all.back().worker.isForeign = isForeign;
        }
    return all;
}

// This process becomes the program again that it was, with the workers that have served all the while.
void Manager::goBack(const std::vector<std::string>& reasons) {
    Handover handed = former_->handed;
    handed.role = Handover::Role::back;
    handed.candidate = {};
    handed.lastNumber = lastNumber_;
    handed.deaths = former_->deaths;
    handed.strangers = strangers();
    handed.reasons = reasons;
    handed.gone.push_back({std::string(metric::kLogLinesLost.name), "", std::int64_t(log_.lost()), {}});
    handDownSockets(handed);
    handPoolsBack(handed);
    log_.error("reload: release " + handed.release + " goes on again, for release " + source_.release + " cannot");
    std::string fault;
    try {
        const auto image = std::make_shared<const FileDescriptor>(copyOf(handed.serving.image).number);
        become(nextProgram(handed, image).program);
        fault = std::strerror(errno);
    } catch (const std::exception& e) {
        fault = describe(e);
    }
    log_.error("reload: release " + handed.release + " cannot be run any more: " + fault);
    goOnRegardless(reasons);
}

// With their sockets as they are now; the others are of the candidate alone.
void Manager::handPoolsBack(Handover& handed) {
    std::set<const Pool*> handedBack;
    for (HandedPool& former : handed.pools) {
        const auto now =
            std::find_if(pools_.begin(), pools_.end(), [&](const auto& pool) { return isHanded(*pool, former); });
        former.socket.socket = former.socket.lock = {};
        if (now == pools_.end()) continue;
        former.socket = (*now)->handDownSocket();
        handedBack.insert(now->get());
    }
    for (const auto& pool : pools_)
        if (pool->isOpen() && handedBack.count(pool.get()) == 0) pool->retire(current_);
}

// The last resort. There is no way back, so this program starts workers until they serve; those of the last one serve
// meanwhile, but none of them is replaced.
void Manager::goOnRegardless(std::vector<std::string> reasons) {
    const std::string last = former_->handed.release;
    former_.reset();
    current_ = reload_->candidate();
    knownErrors_ = reload_->errors();
    badPlugins_ = reload_->badPlugins();
    try {
        serving_ = poolsOf(current_, pools_, log_);  // some were closed on the way back
    } catch (const std::exception& e) {
        reasons.push_back(describe(e));
        serving_.clear();
        for (const auto& pool : pools_)
            if (pool->isOpen() && current_.config.pools.count(pool->name()) > 0) serving_.push_back(pool.get());
    }
    endReload(reasons,
              "release " + source_.release + " goes on with generation " + std::to_string(current_.number) +
                  ", whose workers do not start, for release " + last + " cannot be run any more",
              ReloadReport::Outcome::partly);
}

}  // namespace aiproject
