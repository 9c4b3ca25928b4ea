#include "front/incoming_request.h"

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::size_t kMostHead = 128UL * 1024;  // nginx takes headers of 32 KiB

std::uint16_t twoBytes(const unsigned char* at) { return std::uint16_t(at[0] << 8U | at[1]); }

}  // namespace

IncomingRequest::State IncomingRequest::take(std::string_view bytes) {
    const auto next = [this, &bytes](std::size_t most) {
        const std::string_view piece = bytes.substr(0, most);
        bytes.remove_prefix(piece.size());
        bytes_ += piece.size();
        return piece;
    };
    while (!bytes.empty() && state_ != State::whole && state_ != State::broken) {
        bool isProper = true;
        if (recordBytes_ < record_.size()) {
            const std::string_view piece = next(record_.size() - recordBytes_);
            std::copy(piece.begin(), piece.end(), record_.begin() + std::ptrdiff_t(recordBytes_));
            recordBytes_ += piece.size();
            if (recordBytes_ < record_.size()) break;
            isProper = beginRecord();
        } else if (content_ > 0) {
            const std::string_view piece = next(content_);
            content_ -= piece.size();
            isProper = takeContent(piece);
        } else {
            padding_ -= next(padding_).size();
        }
        if (isProper && content_ == 0 && padding_ == 0) isProper = endRecord();
        if (!isProper || (!hasHead() && bytes_ > kMostHead)) state_ = State::broken;
    }
    return state_;
}

bool IncomingRequest::beginRecord() {
    content_ = twoBytes(&record_[4]);
    padding_ = record_[6];
    return record_[0] == FCGI_VERSION_1 && isNext();
}

// Whether a record of this kind may come now. Records about the connection itself (request id 0) may not: no web server
// that uses one connection for one request sends any, and libfcgi aborts the process at some of them. Where it goes
// from one kind of record to the next, it takes padding for the head of a record.
bool IncomingRequest::isNext() const {
    const std::uint16_t id = twoBytes(&record_[2]);
    if (!isBegun_)
        return id != FCGI_NULL_REQUEST_ID && record_[1] == FCGI_BEGIN_REQUEST &&
               content_ == sizeof(FCGI_BeginRequestBody) && padding_ == 0;
    if (id != id_) return false;
    switch (record_[1]) {
        case FCGI_PARAMS: return state_ == State::head && (content_ > 0 || padding_ == 0);
        case FCGI_STDIN: return state_ == State::body;
        default: return false;  // FCGI_ABORT_REQUEST among them
    }
}

bool IncomingRequest::takeContent(std::string_view content) {
    switch (record_[1]) {
        case FCGI_PARAMS: return walkParameters(content);
        case FCGI_STDIN: bodyBytes_ += content.size(); return true;
        default:
            std::copy(content.begin(), content.end(), beginning_.begin() + std::ptrdiff_t(beginningBytes_));
            beginningBytes_ += content.size();
            return true;
    }
}

bool IncomingRequest::endRecord() {
    recordBytes_ = 0;
    const bool isEmpty = twoBytes(&record_[4]) == 0;
    if (record_[1] == FCGI_BEGIN_REQUEST) {
        id_ = twoBytes(&record_[2]);
        isBegun_ = true;
        return twoBytes(beginning_.data()) == FCGI_RESPONDER;
    }
    if (!isEmpty) return true;
    if (record_[1] == FCGI_STDIN) {
        state_ = State::whole;
        return true;
    }
    if (lengthsThere_ > 0 || lengthBytesLeft_ > 0) return false;  // the last pair is cut
    state_ = State::body;
    headBytes_ = std::size_t(bytes_);
    return true;
}

// Of pairs only the lengths matter: libfcgi adds them up in an int, and takes memory for what they announce.
bool IncomingRequest::walkParameters(std::string_view content) {
    while (!content.empty()) {
        if (lengthsThere_ < lengths_.size()) {
            addLengthByte(static_cast<unsigned char>(content.front()));
            content.remove_prefix(1);
            if (lengthsThere_ < lengths_.size()) continue;
            pairLeft_ = std::uint64_t(lengths_[0]) + lengths_[1];
            if (pairLeft_ > kMostHead) return false;
        } else {
            const std::size_t piece = std::min<std::uint64_t>(pairLeft_, content.size());
            pairLeft_ -= piece;
            content.remove_prefix(piece);
        }
        if (pairLeft_ == 0) lengthsThere_ = 0;
    }
    return true;
}

// One byte, or four, of which the first has its highest bit set.
void IncomingRequest::addLengthByte(unsigned char byte) {
    std::uint32_t& length = lengths_.at(lengthsThere_);
    if (lengthBytesLeft_ == 0) {
        length = byte & 0x7fU;
        lengthBytesLeft_ = byte >= 0x80U ? 3 : 0;
    } else {
        length = length << 8U | byte;
        --lengthBytesLeft_;
    }
    if (lengthBytesLeft_ == 0) ++lengthsThere_;
}

}  // namespace aiproject
