/** How a loop's curation fares, in words. */
@NullMarked
package dev.whetstone.curation.status;

import org.jspecify.annotations.NullMarked;
