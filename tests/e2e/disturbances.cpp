// What happens to the site while it serves.
#include "e2e/chaos_site.h"
#include "support/eventually.h"
#include "support/process_view.h"
#include "support/restart.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/Session.h>
#include <Poco/JSON/Array.h>

#include <signal.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

namespace aiproject::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kNoTime{0};

void nothing() {}

int busyIn(const ManagerUnderTest& manager, pid_t pid) {
    const auto workers = manager.pool("model")->getArray("workers");
    for (unsigned i = 0; i < workers->size(); ++i)
        if (const auto worker = workers->getObject(i); worker->getValue<pid_t>("pid") == pid)
            return worker->getValue<int>("busy") + worker->getValue<int>("streams");
    return 0;  // it has just ended by itself
}

// It is stopped first, so that what it has in progress can be counted.
std::string killWorker(const ManagerUnderTest& manager, Casualties& casualties) {
    std::vector<pid_t> ready;
    ASSERT_EVENTUALLY(!(ready = manager.workers("model")).empty());
    const pid_t victim = ready.at(std::size_t(casualties.workers) % ready.size());
    kill(victim, SIGSTOP);
    ASSERT_EVENTUALLY(isStopped(victim));
    const int busy = busyIn(manager, victim);
    kill(victim, SIGKILL);
    ++casualties.workers;
    casualties.requests += busy;
    return "worker " + std::to_string(victim) + " with " + std::to_string(busy) + " requests in progress";
}

// Each time it is another file: bytes after the end of an ELF image mean nothing.
std::string swapPlugin(const ChaosSite& site, int swap) {
    const std::string content = readFile(pluginFolder() + "/echo.so") + std::string(std::size_t(swap), '\n');
    const bool isInPlace = swap % 2 == 0;
    site.plugins.write(isInPlace ? "echo.so" : "incoming", content);
    if (!isInPlace) fs::rename(site.plugins.file("incoming"), site.plugins.file("echo.so"));
    const Finished done = site.manager.command("reload");
    if (done.code != 0) throw std::runtime_error("reload: " + done.output);
    return (isInPlace ? "in place: " : "by rename: ") + done.output.substr(0, done.output.find('\n'));
}

class DatabaseLock {
public:
    explicit DatabaseLock(std::string file) : file_(std::move(file)) {
        Poco::Data::SQLite::Connector::registerConnector();
    }

    std::string take() {
        session_ = std::make_unique<Poco::Data::Session>("SQLite", file_);
        ASSERT_EVENTUALLY(isTaken());  // the workers have their turns too
        return "BEGIN EXCLUSIVE";
    }
    void release() {
        *session_ << "ROLLBACK", Poco::Data::Keywords::now;
        session_.reset();
    }

private:
    bool isTaken() {
        try {
            *session_ << "BEGIN EXCLUSIVE", Poco::Data::Keywords::now;
            return true;
        } catch (const Poco::Data::SQLite::DBLockedException&) {
            return false;
        }
    }

    const std::string file_;
    std::unique_ptr<Poco::Data::Session> session_;
};

Disturbance upstreamGone(ChaosSite& site) {
    const auto stop = [&site] {
        site.upstream.reset();
        return "its connections are cut";
    };
    upstream::Options options = simulatorOptions();
    options.port = site.upstream->port();
    return {"upstream gone", milliseconds(3'000), stop, [&site, options] { restart(site.upstream, options); }};
}

Disturbance databaseLocked(const ChaosSite& site) {
    const auto lock = std::make_shared<DatabaseLock>(site.manager.installation().dir().file("accounts.db"));
    return {"database locked", milliseconds(2'000), [lock] { return lock->take(); }, [lock] { lock->release(); }};
}

Disturbance logDiskFull(const ChaosSite& site) {
    const auto fill = [&site] {
        site.logDisk.fill();
        return "64 MiB";
    };
    return {"log disk full", milliseconds(2'000), fill, [&site] { site.logDisk.free(); }};
}

}  // namespace

std::vector<Disturbance> disturbancesOf(ChaosSite& site, Casualties& casualties) {
    const auto signalled = [](pid_t pid) {
        kill(pid, SIGHUP);
        return "process " + std::to_string(pid);
    };
    const auto swaps = std::make_shared<int>(0);
    std::vector<Disturbance> all{
        {"kill -9", kNoTime, [&] { return killWorker(site.manager, casualties); }, nothing},
        {"SIGHUP", kNoTime, [&, signalled] { return signalled(site.manager.process().pid()); }, nothing},
        {"plugin swap", kNoTime, [&, swaps] { return swapPlugin(site, ++*swaps); }, nothing},
        {"nginx reload", kNoTime, [&, signalled] { return signalled(site.nginx.pid()); }, nothing},
        upstreamGone(site),
        databaseLocked(site)};
    if (site.logDisk.isDisk()) all.push_back(logDiskFull(site));
    return all;
}

}  // namespace aiproject::test
