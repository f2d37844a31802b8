/** The verdict on a candidate and the results of its gates. */
@NullMarked
package dev.whetstone.contracts.decision;

import org.jspecify.annotations.NullMarked;
