// Breaks one rule of the contract that is no crash, as the setting `how` says:
//
//   nothing     none: three words
//   handler, mask, folder, umask, variable, rounding, nice, alarm
//               changes that of the process, or of the thread, in a call
//   nice_model  in create()
//   writes      to standard error, in a call
//   leaves_process   starts one in each call, and never waits for it
//   thread, descriptor, memory   leaves one behind in each call
//   ended_thread, ended_descriptor, ended_memory   in each call that ends early
//   slow        none: takes its time
//   queues      none: serves one call after the other
//   slow_memory  leaves memory behind in each call, and takes its time
//   keeps_thread     leaves the one that start() began, after destroy()
//   goes_on     offers more pieces when nobody takes them, and returns ok
//   own_timer   gives up when the answer takes longer than its time-out, the client's time included
//   ignores     waits, and never looks whether somebody wishes its end
//   untold      fails, and tells nobody why
//   stops       returns `stopped`, which nobody has wished
//   sleeps      in advance()
//   unsettled   create() gives nothing, and no reason, for a long text
//   one_thread  fails when it is called from several threads at once
#include "silent_model.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cfenv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>

namespace {

using namespace aiproject;

class SleepingStream final : public IStream {
public:
    SleepingStream() {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0) std::abort();
    }
    int descriptor() const noexcept override { return ends_[0]; }
    Step advance(IReply& reply) noexcept override {
        static std::atomic<bool> hasSlept{false};  // once in a process is bad enough
        if (!hasSlept.exchange(true)) std::this_thread::sleep_for(std::chrono::milliseconds(2500));
        reply.text("slept");
        return Next::over;
    }
    ModelStatus status() const noexcept override { return ModelStatus::ok; }
    void destroy() noexcept override {
        for (const int end : ends_) close(end);
        delete this;
    }

private:
    std::array<int, 2> ends_{};
};

void leaveThread() {
    std::thread([] {
        for (;;) pause();
    }).detach();
}

void leaveMemory() {
    constexpr std::size_t size = 4000;
    static std::atomic<char*> last{nullptr};
    char* const block = new char[size];
    char* const before = last.exchange(block);
    std::memcpy(block, &before, sizeof before);  // a chain, so that no leak checker finds it
}

void leaveProcess() {
    if (fork() == 0) _exit(0);
}

class Disturbs final : public IModel {
public:
    explicit Disturbs(std::string_view how) : how_(how) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        if (how_.rfind("ended_", 0) == 0) return endEarly(reply);
        constexpr std::uint32_t slow = 1600;
        if (how_.rfind("slow", 0) == 0 && reply.wait(slow) != Stop::none) return ModelStatus::stopped;
        if (how_ == "queues" && !hasServedInTurn(reply)) return ModelStatus::stopped;
        const auto begin = std::chrono::steady_clock::now();
        const bool isAlone = calls_.fetch_add(1) == 0;
        disturb();
        if (how_ == "one_thread") std::this_thread::sleep_for(std::chrono::milliseconds(2));
        calls_.fetch_sub(1);
        if (how_ == "one_thread" && !isAlone) return reply.explain("used from two threads"), ModelStatus::failed;
        if (how_ == "untold") return ModelStatus::failed;
        if (how_ == "stops") return ModelStatus::stopped;
        if (how_ == "sleeps") return sleep(reply);
        while (how_ == "ignores") pause();
        for (const char* word : {"one ", "two ", "three"})
            if (!reply.text(word) && how_ != "goes_on") return ModelStatus::stopped;
        for (int more = 0; how_ == "goes_on" && more < 10; ++more) reply.text("more ");
        const auto took = std::chrono::steady_clock::now() - begin;
        if (how_ == "own_timer" && took > std::chrono::milliseconds(request.timeouts.idleFrameMs))
            return reply.explain("it took too long"), ModelStatus::timedOut;
        return ModelStatus::ok;
    }
    void start() noexcept override {
        if (how_ == "keeps_thread") leaveThread();
    }
    void destroy() noexcept override { delete this; }

private:
    static bool hasServedInTurn(IReply& reply) {
        static std::mutex turn;
        while (!turn.try_lock())
            if (reply.wait(5) != Stop::none) return false;
        const std::lock_guard lock(turn, std::adopt_lock);
        return reply.wait(100) == Stop::none;
    }
    ModelStatus endEarly(IReply& reply) const {
        if (reply.stop() == Stop::none && reply.text("words")) return ModelStatus::ok;
        if (how_ == "ended_thread") leaveThread();
        if (how_ == "ended_descriptor") static_cast<void>(open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (how_ == "ended_memory") leaveMemory();
        return ModelStatus::stopped;
    }
    static ModelStatus sleep(IReply& reply) { return reply.follow(*new SleepingStream, "a sleeper"); }
    void disturb() const {
        if (how_ == "handler") signal(SIGUSR1, [](int /*number*/) {});
        if (how_ == "mask") {
            sigset_t signals;
            sigemptyset(&signals);
            sigaddset(&signals, SIGUSR2);
            pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        }
        if (how_ == "folder" && chdir("/") != 0) std::abort();
        if (how_ == "umask") umask(0123);
        if (how_ == "variable") setenv("AIPROJECT_TEST_DISTURBED", "yes", 1);
        if (how_ == "rounding") std::fesetround(FE_UPWARD);
        if (how_ == "nice") static_cast<void>(nice(5) + 1);
        if (how_ == "alarm") alarm(1000);
        if (how_ == "writes") std::fputs("hello from the plugin\n", stderr);
        if (how_ == "leaves_process") leaveProcess();
        if (how_ == "thread") leaveThread();
        if (how_ == "descriptor") static_cast<void>(open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (how_ == "memory" || how_ == "slow_memory") leaveMemory();
    }

    const std::string how_;
    std::atomic<int> calls_{0};
};

constexpr Setting kSettings[] = {
    {"how", SettingType::choice, "nothing", "", 0, 0,
     "nothing|handler|mask|folder|umask|variable|rounding|nice|nice_model|alarm|writes|leaves_process|thread|"
     "descriptor|memory|"
     "ended_thread|ended_descriptor|ended_memory|slow|slow_memory|queues|keeps_thread|goes_on|own_timer|ignores|untold|"
     "stops|"
     "sleeps|unsettled|one_thread",
     Secrecy::open, "what is wrong"},
    {"words", SettingType::text, "", "", 0, 0, "", Secrecy::open, "any text"},
    {"key", SettingType::text, "", "", 0, 0, "", Secrecy::secret, "a secret"},
};

IModel* create(const ISettings& settings) noexcept {
    const std::string how = settings.text("how").str();
    if (how == "unsettled" && settings.text("words").size > 1000) return nullptr;
    if (how == "nice_model") static_cast<void>(nice(5) + 1);
    return new (std::nothrow) Disturbs(how);
}

constexpr ModelPlugin changed() {
    ModelPlugin plugin = test::descriptorWith(&create);
    plugin.kinds = std::uint32_t(Kind::text) | std::uint32_t(Kind::picture);
    plugin.settings = {kSettings, std::size(kSettings)};
    return plugin;
}

constexpr ModelPlugin kPlugin = changed();

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
