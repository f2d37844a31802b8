/** How good an example is, 0 to 1. Pure. */
@NullMarked
package dev.whetstone.curation.quality;

import org.jspecify.annotations.NullMarked;
