// One guard at the plugin's edge: what a plugin understands it has already turned into a status of
// its own, only surprises arrive here. Header-only; needs the standard library alone.
#pragma once

#include "aiproject/imodel.h"

#include <exception>

namespace aiproject {

template <class Work>
ModelStatus atEdge(IReply& reply, Work&& work) noexcept {
    try {
        return work();
    } catch (const std::exception& e) {
        reply.explain(e.what());
    } catch (...) {
        reply.explain("a type outside std::exception was thrown");
    }
    return ModelStatus::failed;
}

// The same for create(): a surprise rejects the setting `blame`.
template <class Work>
IModel* createAtEdge(const ISettings& settings, const char* blame, Work&& work) noexcept {
    try {
        return work();
    } catch (const std::exception& e) {
        settings.reject(blame, e.what());
    } catch (...) {
        settings.reject(blame, "a type outside std::exception was thrown");
    }
    return nullptr;
}

}  // namespace aiproject
