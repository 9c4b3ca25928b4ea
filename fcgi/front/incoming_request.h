// Finds the end of a request in FastCGI's records (specification 1.0, section 3.3), as they come, in pieces of any
// size, and refuses what libfcgi cannot take: libfcgi reads only what was found whole and proper here. Pure: no
// descriptor, and it keeps none of the bytes.
#pragma once

#include <fastcgi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiproject {

class IncomingRequest {
public:
    enum class State { head, body, whole, broken };  // what it is in the middle of

    // The next bytes; those after the end of the request are not taken.
    State take(std::string_view bytes);
    State state() const noexcept { return state_; }
    bool hasHead() const noexcept { return headBytes_ > 0; }

    std::uint16_t id() const noexcept { return id_; }
    std::uint64_t bytes() const noexcept { return bytes_; }          // taken: records with all that is in them
    std::size_t headBytes() const noexcept { return headBytes_; }    // of them, up to the end of the parameters
    std::uint64_t bodyBytes() const noexcept { return bodyBytes_; }  // without the records

private:
    bool beginRecord();
    bool isNext() const;
    bool takeContent(std::string_view content);
    bool endRecord();
    bool walkParameters(std::string_view content);
    void addLengthByte(unsigned char byte);

    State state_ = State::head;
    std::array<unsigned char, sizeof(FCGI_Header)> record_{};  // the head of the one that comes
    std::size_t recordBytes_ = 0;                              // of it that are there
    std::size_t content_ = 0, padding_ = 0;                    // of the record, still to come
    bool isBegun_ = false;
    std::uint16_t id_ = 0;
    std::uint64_t bytes_ = 0, bodyBytes_ = 0;
    std::size_t headBytes_ = 0;

    std::array<unsigned char, sizeof(FCGI_BeginRequestBody)> beginning_{};
    std::size_t beginningBytes_ = 0;

    // Of a pair of name and value, which may be spread over several records:
    std::array<std::uint32_t, 2> lengths_{};
    std::size_t lengthsThere_ = 0;     // 2: what follows is the pair itself
    std::size_t lengthBytesLeft_ = 0;  // of a length of four bytes
    std::uint64_t pairLeft_ = 0;
};

}  // namespace aiproject
