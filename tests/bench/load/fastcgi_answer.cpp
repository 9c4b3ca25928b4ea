#include "bench/load/answer_head.h"
#include "bench/load/answer_reader.h"

#include <Poco/Net/MessageHeader.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

namespace aiproject::bench {
namespace {

class FastcgiAnswer final : public AnswerReader {
public:
    void restart() override {
        headerSize_ = 0;
        content_ = padding_ = 0;
        ended_ = hasHead_ = false;
        head_.clear();
    }

    bool read(std::string_view bytes, BodySink& sink) override {
        while (!bytes.empty() && !ended_) {
            if (headerSize_ < header_.size()) {
                takeHeader(bytes);
                continue;
            }
            const auto piece = bytes.substr(0, content_);
            bytes.remove_prefix(piece.size());
            content_ -= piece.size();
            if (header_[1] == endRequest) endBody_.append(piece);
            if (header_[1] == standardOutput) takeOutput(piece, sink);
            const std::size_t skipped = std::min(padding_, bytes.size());
            bytes.remove_prefix(skipped);
            padding_ -= skipped;
            if (content_ == 0 && padding_ == 0) endRecord();
        }
        return ended_;
    }

    bool endsWithConnection() const override { return false; }

private:
    enum RecordType : unsigned char { endRequest = 3, standardOutput = 6 };

    void takeHeader(std::string_view& bytes) {
        const std::size_t taken = std::min(header_.size() - headerSize_, bytes.size());
        std::copy_n(bytes.begin(), taken, header_.begin() + std::ptrdiff_t(headerSize_));
        headerSize_ += taken;
        bytes.remove_prefix(taken);
        if (headerSize_ < header_.size()) return;
        if (header_[0] != 1) throw std::runtime_error("a record that is not of FastCGI version 1");
        content_ = std::size_t(header_[4]) << 8U | header_[5];
        padding_ = header_[6];
        endBody_.clear();
        if (content_ == 0 && padding_ == 0) endRecord();
    }

    void endRecord() {
        headerSize_ = 0;
        if (header_[1] != endRequest) return;
        if (endBody_.size() < 5 || endBody_[4] != 0) throw std::runtime_error("the worker refused the request");
        ended_ = true;
    }

    void takeOutput(std::string_view piece, BodySink& sink) {
        if (!hasHead_ && head_.take(piece)) readHead();
        if (!piece.empty()) sink.body(piece);
    }

    void readHead() {
        hasHead_ = true;
        Poco::Net::MessageHeader header;
        std::istringstream text(head_.text());
        header.read(text);
        const std::string status = header.get("Status", "200").substr(0, 3);
        if (status != "200") throw std::runtime_error("answered with status " + status);
    }

    std::array<unsigned char, 8> header_{};
    std::size_t headerSize_ = 0;
    std::size_t content_ = 0, padding_ = 0;  // still to come of this record
    std::string endBody_;
    bool ended_ = false;
    bool hasHead_ = false;
    AnswerHead head_;
};

}  // namespace

std::unique_ptr<AnswerReader> newFastcgiAnswer() { return std::make_unique<FastcgiAnswer>(); }

}  // namespace aiproject::bench
