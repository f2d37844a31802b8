/** Puts what was promoted into service, and keeps it there. */
@NullMarked
package dev.whetstone.eval.rollout;

import org.jspecify.annotations.NullMarked;
