// What a worker takes when it has nothing to do.
#include "base/sanitized.h"
#include "support/eventually.h"
#include "support/gated_model.h"
#include "support/manager_under_test.h"
#include "support/plugin_folder.h"
#include "support/process_view.h"
#include "support/spec.h"

#include <cstdlib>

using aiproject::kIsSanitized;
using namespace aiproject::test;

namespace {

constexpr int kStreams = 100;
constexpr int kTurns = 300;

struct Memory : CppUnit::TestCase {};

// Many small pieces, which malloc() would keep: what is large it returns by itself.
std::string longDialog(const std::string& uuid) {
    std::string turns;
    for (int i = 0; i < kTurns; ++i) turns += R"({"role":"user","content":")" + std::string(500, 'x') + R"("},)";
    turns.pop_back();
    return R"({"uuid":")" + uuid + R"(","username":"alice","dialog":[)" + turns + "]}";
}

SPEC(Memory, of_many_streams_goes_back_when_they_have_ended) {
    if (kIsSanitized) return;
    const GatedModel gated;
    const PluginFolder plugins({{"echo", pluginFolder()}, {"scripted", badPluginFolder()}});
    WorkerUnderTest worker(gated.addedTo({{"plugins.dir", plugins.path()}}));
    const FastcgiRequest question = jsonRequest("/models/gated/stream", longDialog(worker.newUser("alice")));
    const pid_t pid = worker.process().pid();
    const int threads = threadsOf(pid);
    const long before = residentSize(pid);

    std::vector<std::unique_ptr<FastcgiClient>> streams;
    for (int i = 0; i < kStreams; ++i) {
        streams.push_back(std::make_unique<FastcgiClient>(worker.socket()));
        streams.back()->send(question);
        CPPUNIT_ASSERT(streams.back()->readUntil("one"));
    }
    const long during = residentSize(pid);
    CPPUNIT_ASSERT(during - before > long(kStreams) * 100);  // KiB; or there would be nothing to give back
    gated.open();
    for (auto& stream : streams) CPPUNIT_ASSERT(GatedModel::isWhole(stream->read()));

    ASSERT_EVENTUALLY(threadsOf(pid) <= threads);
    ASSERT_EVENTUALLY(residentSize(pid) - before < (during - before) / 4);
}

SPEC(Memory, of_a_worker_that_waits_has_little_of_its_files) {
    ManagerUnderTest manager;
    const auto workers = manager.workers("model");
    CPPUNIT_ASSERT(!workers.empty());
    // The manager has mapped the same program and most of the same libraries, and keeps what its start has read.
    for (const pid_t worker : workers)
        CPPUNIT_ASSERT(residentFiles(worker) < residentFiles(manager.process().pid()) / 2);
}

SPEC(Memory, of_the_threads_caches_is_small) {
    if (std::getenv("GLIBC_TUNABLES")) return;  // an operator's own choice stays
    const ManagerUnderTest manager;
    const pid_t worker = manager.workers("model").at(0);
    const std::string environment = readFile("/proc/" + std::to_string(worker) + "/environ");
    const std::string whole = std::string("GLIBC_TUNABLES=glibc.malloc.tcache_max=128") + '\0';
    CPPUNIT_ASSERT(('\0' + environment).find('\0' + whole) != std::string::npos);
}

}  // namespace
