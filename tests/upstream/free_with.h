// A deleter for what a C library gives away: std::unique_ptr<X509, FreeWith<X509_free>>.
#pragma once

namespace aiproject::upstream {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

}  // namespace aiproject::upstream
