/** Feedback on an answer. */
@NullMarked
package dev.whetstone.contracts.feedback;

import org.jspecify.annotations.NullMarked;
