/** Assembles the admission and cut chains from ordered stage beans and the ports they are given. */
@NullMarked
package dev.whetstone.curation.assembly;

import org.jspecify.annotations.NullMarked;
