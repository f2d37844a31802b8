/** The model in service for each loop, and the generations before it. */
@NullMarked
package dev.whetstone.eval.champion;

import org.jspecify.annotations.NullMarked;
