// What a stream costs a worker by part, as CPU time and allocations.
#pragma once

#include "bench/driver/recorded.h"
#include "bench/driver/row_book.h"
#include "bench/driver/section.h"

#include <cstdint>
#include <map>

namespace aiproject::bench {

enum class BudgetCase { plain, limitedUser, tls };

struct Budget {  // of one stream of one frame
    PartCosts parts;
    PartCost all;
    std::int64_t failures = 0;
};

// Measures a case when it is first asked for.
class BudgetBook {
public:
    explicit BudgetBook(const BenchOptions& options) : options_(options) {}

    const Budget& of(BudgetCase which);
    std::int64_t failures() const;
    // All cases; with --smoke the plain one alone.
    Section section(RowBook& rows);

private:
    const BenchOptions& options_;
    std::map<BudgetCase, Budget> budgets_;
};

// The same without recording: streams of one frame, one after the other.
Row setUpRow(const BenchOptions& options, Transport transport);

}  // namespace aiproject::bench
