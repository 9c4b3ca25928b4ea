// Ends its process in a call, as the question says: segv, abort, overflow (of the stack), exit, kill, throw, thread
// (segv in one of its own), or fork: then both processes come back. Anything else is answered.
#include "silent_model.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

namespace {

using namespace aiproject;

volatile bool goesOn = true;
volatile int* volatile nowhere = nullptr;

// NOLINTNEXTLINE(misc-no-recursion)
int deeper(int depth) {
    volatile char page[4096];
    page[0] = char(depth);
    return goesOn ? deeper(depth + 1) + page[0] : 0;
}

class Crashes final : public IModel {
public:
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        const std::string_view how = test::questionOf(request);
        if (how == "segv") *nowhere = 1;
        if (how == "thread") std::thread([] { *nowhere = 1; }).join();
        if (how == "fork") static_cast<void>(fork());
        if (how == "abort") std::abort();
        if (how == "overflow") goesOn = deeper(0) != 0;
        if (how == "exit") std::exit(3);
        if (how == "kill") raise(SIGKILL);
        if (how == "throw") static_cast<void>(how.at(how.size()));
        return test::answer(reply, how);
    }
    void destroy() noexcept override { delete this; }
};

constexpr ModelPlugin kPlugin = test::descriptorWith(&test::createNew<Crashes>);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
