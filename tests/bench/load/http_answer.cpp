#include "bench/load/answer_head.h"
#include "bench/load/answer_reader.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

namespace aiproject::bench {
namespace {

class HttpAnswer final : public AnswerReader {
public:
    void restart() override {
        part_ = Part::head;
        head_.clear();
        line_.clear();
    }

    bool read(std::string_view bytes, BodySink& sink) override {
        while (!bytes.empty() && part_ != Part::over) {
            switch (part_) {
                case Part::head:
                    if (head_.take(bytes)) readHead();
                    break;
                case Part::chunkSize:
                    if (takeLine(bytes)) readChunkSize();
                    break;
                case Part::chunk: readSized(bytes, sink, Part::chunkEnd); break;
                case Part::chunkEnd:
                    if (takeLine(bytes)) part_ = Part::chunkSize;
                    break;
                case Part::trailer:
                    if (takeLine(bytes) && lineTaken_ == "\r\n") part_ = Part::over;
                    break;
                case Part::sized: readSized(bytes, sink, Part::over); break;
                case Part::untilEnd:
                    sink.body(bytes);
                    bytes = {};
                    break;
                case Part::over: break;
            }
        }
        return part_ == Part::over;
    }

    bool endsWithConnection() const override { return part_ == Part::untilEnd; }

private:
    enum class Part { head, chunkSize, chunk, chunkEnd, trailer, sized, untilEnd, over };

    void readHead() {
        Poco::Net::HTTPResponse response;
        std::istringstream text(head_.text());
        response.read(text);
        if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK)
            throw std::runtime_error("answered with status " + std::to_string(int(response.getStatus())));
        if (response.getChunkedTransferEncoding()) {
            part_ = Part::chunkSize;
        } else if (response.hasContentLength()) {
            left_ = std::uint64_t(response.getContentLength64());
            part_ = left_ == 0 ? Part::over : Part::sized;
        } else {
            part_ = Part::untilEnd;
        }
    }

    void readChunkSize() {
        const auto [end, error] = std::from_chars(lineTaken_.data(), lineTaken_.data() + lineTaken_.size(), left_, 16);
        if (error != std::errc()) throw std::runtime_error("a chunk without a size");
        part_ = left_ == 0 ? Part::trailer : Part::chunk;
    }

    void readSized(std::string_view& bytes, BodySink& sink, Part next) {
        const auto piece = bytes.substr(0, left_);
        bytes.remove_prefix(piece.size());
        left_ -= piece.size();
        if (left_ == 0) part_ = next;
        sink.body(piece);
    }

    // Into lineTaken_, with its end; false: it goes on with the next bytes.
    bool takeLine(std::string_view& bytes) {
        const auto size = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
        line_.append(bytes.substr(0, size));
        bytes.remove_prefix(size);
        if (line_.back() != '\n') return false;
        lineTaken_.swap(line_);
        line_.clear();
        return true;
    }

    Part part_ = Part::head;
    AnswerHead head_;
    std::string line_, lineTaken_;
    std::uint64_t left_ = 0;
};

}  // namespace

std::unique_ptr<AnswerReader> newHttpAnswer() { return std::make_unique<HttpAnswer>(); }

}  // namespace aiproject::bench
