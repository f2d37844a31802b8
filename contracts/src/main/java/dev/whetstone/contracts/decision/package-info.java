/** The verdict on a candidate and the gates it was judged by. */
@NullMarked
package dev.whetstone.contracts.decision;

import org.jspecify.annotations.NullMarked;
