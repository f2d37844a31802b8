/** REST resources and views of runs, batches and a loop's training. */
@NullMarked
package dev.whetstone.training.status;

import org.jspecify.annotations.NullMarked;
