/** The plan of a run: pure decisions about stages, rows and hyperparameters, without frameworks. */
@NullMarked
package dev.whetstone.training.plan;

import org.jspecify.annotations.NullMarked;
