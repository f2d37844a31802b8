/** Conditions: how each part of a loop says in words what it does. */
@NullMarked
package dev.whetstone.eval.condition;

import org.jspecify.annotations.NullMarked;
