// What the bad plugins have in common: a model without a word, and a descriptor that is right. In those that
// do harm in a call the question chooses which.
#pragma once

#include "aiproject/imodel.h"

#include <new>
#include <string_view>

namespace aiproject::test {

class SilentModel final : public IModel {
public:
    ModelStatus generate(const ModelRequest& /*request*/, IReply& /*reply*/) noexcept override {
        return ModelStatus::ok;
    }
    void destroy() noexcept override { delete this; }
};

inline IModel* createSilent(const ISettings& /*settings*/) noexcept { return new (std::nothrow) SilentModel; }

constexpr ModelPlugin kRightDescriptor = {
    kContractMajor, kContractMinor, "1.0", "says nothing", std::uint32_t(Kind::text), 0, {}, &createSilent};

template <class Model>
IModel* createNew(const ISettings& /*settings*/) noexcept {
    return new (std::nothrow) Model;
}

constexpr ModelPlugin descriptorWith(IModel* (*create)(const ISettings&) noexcept) {
    ModelPlugin plugin = kRightDescriptor;
    plugin.create = create;
    return plugin;
}

inline std::string_view questionOf(const ModelRequest& request) noexcept {
    const auto count = request.turns.count;
    return count > 0 ? std::string_view(request.turns[count - 1].content) : std::string_view();
}

// Answers with these words alone.
inline ModelStatus answer(IReply& reply, Text words) noexcept {
    return reply.text(words) ? ModelStatus::ok : ModelStatus::stopped;
}

}  // namespace aiproject::test
