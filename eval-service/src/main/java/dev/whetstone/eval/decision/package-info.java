/** Decisions and their evidence, for services and for people. */
@NullMarked
package dev.whetstone.eval.decision;

import org.jspecify.annotations.NullMarked;
