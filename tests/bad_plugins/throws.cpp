// Lets an exception out of generate(), as if it were built with a header that lacks the contract's noexcept.
#include "silent_model.h"

#include <array>
#include <cstring>
#include <stdexcept>

namespace {

using namespace aiproject;

ModelStatus generateAndThrow(IModel* /*self*/, const ModelRequest& request, IReply& reply) {
    if (test::questionOf(request) == "int") throw 42;
    if (test::questionOf(request) == "late") reply.text("some words and");
    throw std::runtime_error("it slipped out");
}

// Offset to the top, type, generate(), destroy(), start(): what a compiler makes of the class, and no compiler
// makes one that is noexcept in the base and not in the derived class.
std::array<void*, 5> table;

IModel* create(const ISettings& settings) noexcept {
    IModel* const model = test::createSilent(settings);
    if (!model) return nullptr;
    void** own = nullptr;
    std::memcpy(&own, static_cast<void*>(model), sizeof own);
    std::memcpy(table.data(), own - 2, sizeof table);
    table[2] = reinterpret_cast<void*>(&generateAndThrow);
    void** const changed = table.data() + 2;
    std::memcpy(static_cast<void*>(model), &changed, sizeof changed);
    return model;
}

constexpr ModelPlugin kPlugin = test::descriptorWith(&create);

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
