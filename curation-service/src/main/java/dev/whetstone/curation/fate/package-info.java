/** The receipt and the one fate of each accepted event (invariant I1). */
@NullMarked
package dev.whetstone.curation.fate;

import org.jspecify.annotations.NullMarked;
