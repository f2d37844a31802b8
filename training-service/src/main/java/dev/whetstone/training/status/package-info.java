/** REST views of runs, batches and loops. */
@NullMarked
package dev.whetstone.training.status;

import org.jspecify.annotations.NullMarked;
