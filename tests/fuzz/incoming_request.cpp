// FastCGI's records to a request, in one piece and byte after byte; what is whole is read by libfcgi.
#include "front/incoming_request.h"

#include "front/fastcgi_input.h"
#include "fuzz/target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace aiproject::fuzz {

void tryInput(std::string_view input) {
    static const int isReady = FCGX_Init();
    require(isReady == 0, "libfcgi is there");
    IncomingRequest whole, pieces;
    whole.take(input);
    for (std::size_t i = 0; i < input.size(); ++i) pieces.take(input.substr(i, 1));
    require(whole.state() == pieces.state(), "it is a function of the bytes, however they come");
    require(whole.headBytes() == pieces.headBytes(), "its head ends at the same byte");
    require(whole.bodyBytes() == pieces.bodyBytes(), "and its body is as long");
    if (whole.state() != IncomingRequest::State::whole) return;

    FileDescriptor file(memfd_create("request", MFD_CLOEXEC));
    require(::write(file.get(), input.data(), whole.bytes()) == ssize_t(whole.bytes()), "there is memory");
    lseek(file.get(), 0, SEEK_SET);
    const auto reader = FastcgiInput::accept(std::move(file));
    require(reader != nullptr, "libfcgi reads what is whole");
    require(reader->request() == whole.id(), "as the same request");
    std::string body(whole.bodyBytes() + 1, '\0');
    require(reader->read(body.data(), body.size()) == whole.bodyBytes(), "with a body of the length that was counted");
    require(!reader->hasFailed(), "and without an error");
}

}  // namespace aiproject::fuzz
