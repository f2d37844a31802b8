/** Errors as application/problem+json. */
@NullMarked
package dev.whetstone.kit.problem;

import org.jspecify.annotations.NullMarked;
