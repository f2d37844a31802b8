/** The declaration of a loop, which a platform team writes as a loop file, and its bounds. */
@NullMarked
package dev.whetstone.contracts.loop;

import org.jspecify.annotations.NullMarked;
