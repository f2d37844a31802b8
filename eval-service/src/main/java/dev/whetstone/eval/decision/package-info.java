/** Decisions, their evidence, and their approval. */
@NullMarked
package dev.whetstone.eval.decision;

import org.jspecify.annotations.NullMarked;
