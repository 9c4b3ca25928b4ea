// What the bad plugins have in common: a model without a word, and a descriptor that is right.
#pragma once

#include "aiproject/imodel.h"

#include <new>

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
    kContractMajor, kContractMinor, "1.0", "says nothing", std::uint32_t(Kind::text), nullptr, 0, &createSilent};

}  // namespace aiproject::test
