/** What Kueue says about a worker that waits for quota. */
@NullMarked
package dev.whetstone.training.engine.kubernetes.kueue;

import org.jspecify.annotations.NullMarked;
