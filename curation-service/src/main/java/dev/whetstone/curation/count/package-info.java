/** Counters of events, examples and batches per loop, kept by the database with the rows. */
@NullMarked
package dev.whetstone.curation.count;

import org.jspecify.annotations.NullMarked;
