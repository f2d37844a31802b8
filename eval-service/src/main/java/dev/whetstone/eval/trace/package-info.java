/** The spans of evaluations, decisions and rollouts. */
@NullMarked
package dev.whetstone.eval.trace;

import org.jspecify.annotations.NullMarked;
