// Keeps 64 KiB of each call, and for the question `descriptor` an open file besides.
#include "silent_model.h"

#include <fcntl.h>

#include <atomic>
#include <cstring>

namespace {

using namespace aiproject;

// A chain, so that no leak checker finds what the host's own counting must find.
struct Block {
    Block* before;
    char bytes[65'536 - sizeof(void*)];
};

class Leaks final : public IModel {
public:
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        auto* const block = new (std::nothrow) Block;
        if (!block) return ModelStatus::failed;
        std::memset(block->bytes, 1, sizeof block->bytes);  // untouched pages would cost nothing
        block->before = last_.exchange(block);
        if (test::questionOf(request) == "descriptor") open("/dev/null", O_RDONLY | O_CLOEXEC);
        return test::answer(reply, "kept");
    }
    void destroy() noexcept override {}  // or the chain would be lost

private:
    std::atomic<Block*> last_{nullptr};
};

Leaks only;

IModel* create(const ISettings& /*settings*/) noexcept { return &only; }

constexpr ModelPlugin kPlugin = test::descriptorWith(&create);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
