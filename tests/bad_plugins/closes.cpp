// Closes descriptors that are not its own in a call, as the question says: "0-20", "socket" (the listening one),
// "signals", "log", "epoll" (the last one of them); or "shut", which shuts the listening socket down. Then it answers.
#include "silent_model.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace {

using namespace aiproject;

// The last one whose name has these words; -1: none.
int descriptorOf(const std::string& words) {
    int found = -1;
    for (int number = 0; number < 100; ++number) {
        std::error_code none;
        const auto name = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(number), none);
        if (!none && name.string().find(words) != std::string::npos) found = number;
    }
    return found;
}

// Not by close(), which a thread sanitizer watches: that another thread uses it is what this plugin is for.
void closeOthers(int number) { syscall(SYS_close, number); }

class Closes final : public IModel {
public:
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        const std::string_view what = test::questionOf(request);
        if (what == "0-20")
            for (int number = 0; number <= 20; ++number) closeOthers(number);
        if (what == "socket") closeOthers(0);
        if (what == "shut") shutdown(0, SHUT_RDWR);
        if (what == "signals") closeOthers(descriptorOf("signalfd"));
        if (what == "epoll") closeOthers(descriptorOf("eventpoll"));
        if (what == "log") closeOthers(descriptorOf("/log"));
        return test::answer(reply, what);
    }
    void destroy() noexcept override { delete this; }
};

constexpr ModelPlugin kPlugin = test::descriptorWith(&test::createNew<Closes>);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
