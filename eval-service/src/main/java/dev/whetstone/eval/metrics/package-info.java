/** What the service counts. */
@NullMarked
package dev.whetstone.eval.metrics;

import org.jspecify.annotations.NullMarked;
