/** The declaration of a loop: what a platform team writes in a loop file. */
@NullMarked
package dev.whetstone.contracts.loop;

import org.jspecify.annotations.NullMarked;
