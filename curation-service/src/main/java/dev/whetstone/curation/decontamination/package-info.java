/** Keeps suites and splits apart. Pure. */
@NullMarked
package dev.whetstone.curation.decontamination;

import org.jspecify.annotations.NullMarked;
