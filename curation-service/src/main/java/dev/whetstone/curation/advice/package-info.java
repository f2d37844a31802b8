/** Advice on whether fine-tuning suits a loop's failures: the resource and its rows. */
@NullMarked
package dev.whetstone.curation.advice;

import org.jspecify.annotations.NullMarked;
