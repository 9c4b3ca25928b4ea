// A request on its way in, read by libfcgi, which does not leave this file's source. What its manual hides: a request
// cannot be moved once it is accepted, and its end lingers for two seconds unless told not to.
#pragma once

#include "base/file_descriptor.h"
#include "front/request_parameters.h"

#include <fcgiapp.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiproject {

class FastcgiInput {
public:
    static void prepare();
    // Reads the parameters from a descriptor that has all of the request (front/incoming.h). Nothing when they cannot
    // be read.
    static std::unique_ptr<FastcgiInput> accept(FileDescriptor readable);
    ~FastcgiInput();
    FastcgiInput(const FastcgiInput&) = delete;
    FastcgiInput& operator=(const FastcgiInput&) = delete;

    Parameters parameters() const noexcept { return raw_.envp; }  // as long as this object
    std::uint16_t request() const noexcept { return std::uint16_t(raw_.requestId); }
    // Of the body; 0: no more comes.
    std::size_t read(char* to, std::size_t size);
    bool hasFailed() const { return FCGX_GetError(raw_.in) != 0; }  // of what was read
    // Reads the rest of the body and drops it.
    void drain();

private:
    FastcgiInput() = default;

    FCGX_Request raw_{};
};

}  // namespace aiproject
