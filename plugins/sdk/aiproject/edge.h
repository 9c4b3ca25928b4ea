// One guard at the plugin's edge: what a plugin understands it has already turned into a status of
// its own, only surprises arrive here. Header-only; needs the standard library alone. In a plugin that is compiled
// with -fno-exceptions it only calls: there are no surprises to catch.
#pragma once

#include "aiproject/imodel.h"

#if defined(__cpp_exceptions)
#include <exception>
#endif

namespace aiproject {

template <class Work>
ModelStatus atEdge([[maybe_unused]] IReply& reply, Work&& work) noexcept {
#if defined(__cpp_exceptions)
    try {
        return work();
    } catch (const std::exception& e) {
        reply.explain(e.what());
    } catch (...) {
        reply.explain("a type outside std::exception was thrown");
    }
    return ModelStatus::failed;
#else
    return work();
#endif
}

// The same for create(): a surprise rejects the setting `blame`.
template <class Work>
IModel* createAtEdge([[maybe_unused]] const ISettings& settings, [[maybe_unused]] const char* blame,
                     Work&& work) noexcept {
#if defined(__cpp_exceptions)
    try {
        return work();
    } catch (const std::exception& e) {
        settings.reject(blame, e.what());
    } catch (...) {
        settings.reject(blame, "a type outside std::exception was thrown");
    }
    return nullptr;
#else
    return work();
#endif
}

}  // namespace aiproject
