/** What a run trains on and how: pure decisions, without frameworks. */
@NullMarked
package dev.whetstone.training.plan;

import org.jspecify.annotations.NullMarked;
