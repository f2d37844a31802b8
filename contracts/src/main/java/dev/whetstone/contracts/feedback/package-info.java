/** What an end user or a person thought of an answer. */
@NullMarked
package dev.whetstone.contracts.feedback;

import org.jspecify.annotations.NullMarked;
