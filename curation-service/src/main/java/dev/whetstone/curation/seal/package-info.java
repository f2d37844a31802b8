/** Decides when a batch is sealed, and forecasts when that will be. Pure. */
@NullMarked
package dev.whetstone.curation.seal;

import org.jspecify.annotations.NullMarked;
