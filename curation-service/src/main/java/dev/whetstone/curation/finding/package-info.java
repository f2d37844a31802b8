/** Weak slices that evaluation reported, and their rows. */
@NullMarked
package dev.whetstone.curation.finding;

import org.jspecify.annotations.NullMarked;
