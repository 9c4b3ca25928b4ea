// The pages of libraries that only starting needs: symbol tables, relocations, initialisers. They are the larger
// part of what an idle worker has mapped.
#pragma once

namespace aiproject {

// Takes them out of this process; what is needed after all comes back from the page cache, 16 pages at a time.
// Pages that this process has written, a debugger's breakpoints among them, stay.
void releaseStartupMemory();

}  // namespace aiproject
