// One table's rows out of what mysqldump writes; all else in the dump is skipped.
//
// ERRORS   Error(internal), with the line, for a dump that is cut or that has an INSERT of the table in a form that
//          is not understood; for one that does not have the table; whatever `take` throws.
// THREADS  No state of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace aiproject {

struct DumpTable {
    std::string name;
    // In the order in which rows are given; the table may have them in another, with others between, in any case.
    std::vector<std::string> columns;
    std::size_t required;  // a table of this name that lacks one of the first so many is another one, and skipped
};

// Values as bytes; nothing: NULL, or the table has no such column. Of a long value the first 4,096 bytes.
using DumpRow = std::vector<std::optional<std::string>>;

// Takes constant memory. An INSERT without a list of columns has those of the CREATE TABLE before it; a dump that
// has no CREATE TABLE has table.columns.
void readDump(std::istream& dump, const DumpTable& table, const std::function<void(const DumpRow&)>& take);

}  // namespace aiproject
