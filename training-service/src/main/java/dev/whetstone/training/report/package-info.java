/** Status reports of workers and the directives that answer them. */
@NullMarked
package dev.whetstone.training.report;

import org.jspecify.annotations.NullMarked;
