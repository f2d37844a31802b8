/** The timeline of a checkpoint: a read model over the other packages. */
@NullMarked
package dev.whetstone.eval.timeline;

import org.jspecify.annotations.NullMarked;
