// multipart/form-data as clients send it, and as nobody should.
#include "http/multipart.h"

#include "base/error.h"
#include "support/spec.h"
#include "unit/expect.h"

#include <random>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kType = "multipart/form-data; boundary=XyZ";

std::string part(const std::string& name, const std::string& content, const std::string& fileName = "") {
    return "--XyZ\r\nContent-Disposition: form-data; name=\"" + name + "\"" +
           (fileName.empty() ? "" : "; filename=\"" + fileName + "\"") +
           "\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
}

struct Multipart : CppUnit::TestCase {
    std::string body;  // what the answer points into

    std::string fileIn(std::string text, const std::string& type = kType) {
        body = std::move(text);
        return std::string(filePartOf(body, type).bytes);
    }
    std::string refused(std::string text, const std::string& type = kType) {
        body = std::move(text);
        return expectError(ErrorKind::badRequest, [&] { filePartOf(body, type); }).forClient();
    }
};

SPEC(Multipart, is_known_by_its_content_type) {
    CPPUNIT_ASSERT(isMultipart("multipart/form-data; boundary=x"));
    CPPUNIT_ASSERT(isMultipart("Multipart/Form-Data;boundary=x"));
    CPPUNIT_ASSERT(!isMultipart(""));
    CPPUNIT_ASSERT(!isMultipart("image/jpeg"));
    CPPUNIT_ASSERT(!isMultipart("application/json; x=multipart/form-data"));
}

SPEC(Multipart, gives_the_file_and_its_name) {
    body = part("file", "pcm bytes", "voice.pcm") + "--XyZ--\r\n";
    const Upload upload = filePartOf(body, kType);
    CPPUNIT_ASSERT_EQUAL("pcm bytes"s, std::string(upload.bytes));
    CPPUNIT_ASSERT_EQUAL("voice.pcm"s, upload.fileName);
}

SPEC(Multipart, takes_a_boundary_with_quotes_and_without) {
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn(part("file", "x") + "--XyZ--", "multipart/form-data; boundary=\"XyZ\""));
    CPPUNIT_ASSERT_EQUAL("x"s,
                         fileIn(part("file", "x") + "--XyZ--", "multipart/form-data; charset=utf-8; Boundary=XyZ"));
    const std::string spaced = "--a b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--a b--";
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn(spaced, "multipart/form-data; boundary=\"a b\""));
}

SPEC(Multipart, refuses_a_boundary_that_is_missing_empty_or_too_long) {
    for (const std::string& type :
         {"multipart/form-data"s, "multipart/form-data; boundary="s, "multipart/form-data;"s,
          "multipart/form-data; boundary=\"\""s, "multipart/form-data; boundary=" + std::string(71, 'b')})
        assertSays(refused(part("file", "x") + "--XyZ--", type), "boundary");
}

SPEC(Multipart, takes_the_longest_boundary_of_the_standard) {
    const std::string boundary(70, 'b');
    const std::string text =
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--" + boundary + "--";
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn(text, "multipart/form-data; boundary=" + boundary));
}

SPEC(Multipart, finds_the_file_wherever_it_stands) {
    const std::string file = part("file", "x"), other = part("username", "ann");
    for (const std::string& text : {file + other, other + file, other + other + file + other})
        CPPUNIT_ASSERT_EQUAL("x"s, fileIn(text + "--XyZ--\r\n"));
}

SPEC(Multipart, gives_the_first_of_two_files) {
    CPPUNIT_ASSERT_EQUAL("one"s, fileIn(part("file", "one") + part("file", "two") + "--XyZ--"));
}

SPEC(Multipart, without_a_file_gives_nothing) {
    CPPUNIT_ASSERT_EQUAL(""s, fileIn(part("picture", "x") + "--XyZ--"));
    CPPUNIT_ASSERT_EQUAL(""s, fileIn("--XyZ--\r\n"));
    CPPUNIT_ASSERT_EQUAL(""s, fileIn(part("file", "") + "--XyZ--"));
}

SPEC(Multipart, keeps_bytes_that_look_like_its_own_marks) {
    for (const std::string& content : {"\r\n"s, "\r\n\r\n"s, " --XyZ"s, "a--XyZ--\r\n"s, "\r\n--Xy"s, "\n--XyZ\n"s,
                                       "\0\r\n\0"s, "\r--XyZ"s, "\r\n-"s, "--"s})
        CPPUNIT_ASSERT_EQUAL(content, fileIn(part("file", content) + "--XyZ--"));
}

SPEC(Multipart, reads_past_what_stands_before_the_first_boundary) {
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn("\r\n" + part("file", "x") + "--XyZ--"));
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn("This is a message in parts.\r\n" + part("file", "x") + "--XyZ--"));
    CPPUNIT_ASSERT_EQUAL(""s, fileIn("\r\n--XyZ--"));
}

SPEC(Multipart, takes_a_boundary_that_ends_like_a_body) {
    const std::string text = "\r\n--b--\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b----";
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn(text, "multipart/form-data; boundary=b--"));
}

SPEC(Multipart, takes_spaces_after_a_boundary) {
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn("--XyZ  \r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--XyZ--"));
}

SPEC(Multipart, takes_header_names_in_any_case_and_parameters_in_any_order) {
    CPPUNIT_ASSERT_EQUAL(
        "x"s, fileIn("--XyZ\r\ncontent-DISPOSITION: form-data; filename=a.pcm; name=file\r\n\r\nx\r\n--XyZ--"));
    CPPUNIT_ASSERT_EQUAL("a.pcm"s, filePartOf(body, kType).fileName);
}

SPEC(Multipart, that_was_cut_is_never_taken_for_whole) {
    const std::string whole = part("username", "ann") + part("file", "0123456789", "a.pcm") + "--XyZ--";
    for (std::size_t size = 0; size < whole.size(); ++size) CPPUNIT_ASSERT(!refused(whole.substr(0, size)).empty());
    CPPUNIT_ASSERT_EQUAL("0123456789"s, fileIn(whole));
}

SPEC(Multipart, refuses_a_part_without_content) {
    CPPUNIT_ASSERT(!refused("--XyZ\r\n--XyZ--").empty());
    CPPUNIT_ASSERT(
        !refused("--XyZ\r\n--XyZ\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--XyZ--").empty());
    CPPUNIT_ASSERT(!refused("--XyZ\r\nContent-Disposition: form-data; name=\"file\"\r\n--XyZ--").empty());
    CPPUNIT_ASSERT(!refused("--XyZ\r\n\r\n--XyZ--").empty());
}

SPEC(Multipart, goes_on_past_a_line_that_only_begins_like_a_delimiter) {
    for (const std::string& line : {"--XyZZZ"s, "--XyZ-"s, "--XyZ--ZZ"s, "--XyZ--\r--"s, "--XyZ \tx"s, "--XyZ\rx"s,
                                    "--XyZ\n"s, "--XyZ--XyZ"s, "--XyZ---"s}) {
        const std::string content = "before\r\n" + line + "\r\nbehind";
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, content, fileIn(part("file", content, "a.pcm") + "--XyZ--\r\n"));
        if (line.back() != '\n')  // which would be a first delimiter
            CPPUNIT_ASSERT_EQUAL_MESSAGE(line, "x"s, fileIn(line + "\r\n" + part("file", "x") + "--XyZ--"));
    }
    const std::string content = "before\r\n--XyZ" + std::string(1, '\0') + "behind";
    CPPUNIT_ASSERT_EQUAL(content, fileIn(part("file", content, "a.pcm") + "--XyZ--"));
}

SPEC(Multipart, takes_blanks_behind_its_last_delimiter_too) {
    for (const std::string& end :
         {"--XyZ-- \t"s, "--XyZ--\t\r\nepilogue"s, "--XyZ \r\n"s + part("a", "b").substr(7) + "--XyZ--"})
        CPPUNIT_ASSERT_EQUAL("x"s, fileIn(part("file", "x") + end));
}

SPEC(Multipart, takes_whatever_follows_its_last_delimiter) {
    const std::string content = "x\r\n--XyZ--ZZ\r\ny";
    for (const std::string& epilogue : {"\n"s, "\0"s, "\r"s, "-"s, "bye"s, " bye\r\n"s, "\n\r\n--Xy"s}) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(epilogue, "x"s, fileIn(part("file", "x") + "--XyZ--" + epilogue));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(epilogue, content, fileIn(part("file", content) + "--XyZ--" + epilogue));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(epilogue, ""s, fileIn(part("picture", "x") + "--XyZ--" + epilogue));
    }
    for (const std::string& cut : {"--XyZ"s, "--XyZ-"s, "--XyZ-\n"s, "--XyZ\0"s, "a--XyZ--\n"s})
        CPPUNIT_ASSERT_MESSAGE(cut, !refused(part("file", "x") + cut).empty());
}

SPEC(Multipart, may_have_lines_that_end_with_a_newline_alone_if_all_do) {
    const std::string head =
        "--XyZ\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pcm\"\nContent-Type: a/b\n\n";
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn(head + "x\n--XyZ--"));
    CPPUNIT_ASSERT_EQUAL("a.pcm"s, filePartOf(body, kType).fileName);
    CPPUNIT_ASSERT_EQUAL("x\r"s, fileIn("preamble\n" + head + "x\r\n--XyZ--\n"));
    CPPUNIT_ASSERT_EQUAL("x\n--XyZa\ny"s, fileIn(head + "x\n--XyZa\ny\n--XyZ--\n"));
}

SPEC(Multipart, prefers_a_part_that_has_a_file_name) {
    const std::string field = part("file", "a field"), file = part("file", "x", "a.pcm");
    for (const std::string& text : {field + file, file + field, field + field + file})
        CPPUNIT_ASSERT_EQUAL("x"s, fileIn(text + "--XyZ--"));
}

SPEC(Multipart, takes_names_as_rfc_2231_writes_them) {
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn("--XyZ\r\nContent-Disposition: form-data; name=\"file\"; "
                                      "filename*=utf-8''%E5%BD%95%E9%9F%B3.PCM\r\n\r\nx\r\n--XyZ--"));
    CPPUNIT_ASSERT_EQUAL("\u5f55\u97f3.PCM"s, filePartOf(body, kType).fileName);
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn("--XyZ\r\nContent-Disposition: form-data; name*=UTF-8'en'file; filename*=bare.wav"
                                      "\r\n\r\nx\r\n--XyZ--"));
    CPPUNIT_ASSERT_EQUAL("bare.wav"s, filePartOf(body, kType).fileName);
    CPPUNIT_ASSERT(!refused("--XyZ\r\nContent-Disposition: form-data; name*=utf-8''%E\r\n\r\nx\r\n--XyZ--").empty());
}

SPEC(Multipart, refuses_a_header_that_has_no_end_or_is_too_long) {
    CPPUNIT_ASSERT(
        !refused("--XyZ\r\nX: " + std::string(5'000, 'x') + "\r\n" + part("file", "x").substr(7) + "--XyZ--").empty());
    CPPUNIT_ASSERT(!refused("--XyZ\r\n" + std::string(5'000, 'x') + ": y\r\n\r\nx\r\n--XyZ--").empty());
}

SPEC(Multipart, without_a_name_in_its_header_is_not_the_file) {
    CPPUNIT_ASSERT_EQUAL(""s, fileIn("--XyZ\r\nno colon\r\n\r\nx\r\n--XyZ--"));
    CPPUNIT_ASSERT_EQUAL(""s, fileIn("--XyZ\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XyZ--"));
}

SPEC(Multipart, may_have_as_many_parts_as_the_original_took) {
    std::string text;
    for (int i = 0; i < 999; ++i) text += part("x" + std::to_string(i), "");
    CPPUNIT_ASSERT_EQUAL("x"s, fileIn(text + part("file", "x") + "--XyZ--"));
}

SPEC(Multipart, refuses_ten_thousand_parts) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += part("x" + std::to_string(i), "");
    CPPUNIT_ASSERT(!refused(text + part("file", "x") + "--XyZ--").empty());
}

SPEC(Multipart, that_does_not_have_its_boundary_is_refused) {
    CPPUNIT_ASSERT(!refused("").empty());
    CPPUNIT_ASSERT(!refused("plain bytes").empty());
    CPPUNIT_ASSERT(!refused(part("file", "x") + "--XyZ--", "multipart/form-data; boundary=other").empty());
}

SPEC(Multipart, that_was_mangled_is_read_or_refused) {
    const std::string whole = part("username", "ann") + part("file", "0123456789", "a.pcm") + "--XyZ--";
    std::mt19937 random(13);
    std::uniform_int_distribution<std::size_t> place(0, whole.size() - 1);
    std::uniform_int_distribution<int> anyByte(0, 255);
    for (int i = 0; i < 20'000; ++i) {
        body = whole;
        for (int change = 0; change <= i % 4; ++change) body[place(random)] = char(anyByte(random));
        if (i % 5 == 0) body.erase(place(random), place(random) % 8);
        try {
            const std::string_view bytes = filePartOf(body, kType).bytes;
            CPPUNIT_ASSERT(bytes.empty() || (bytes.data() >= body.data() && bytes.end() <= body.data() + body.size()));
        } catch (const Error& error) {
            CPPUNIT_ASSERT_EQUAL(int(ErrorKind::badRequest), int(error.kind()));
        } catch (const std::exception& error) {
            CPPUNIT_FAIL(body + ": " + describe(error));
        }
    }
}

}  // namespace
