/** Puts promoted candidates into service, and keeps the champion loaded. */
@NullMarked
package dev.whetstone.eval.rollout;

import org.jspecify.annotations.NullMarked;
