/** Offers a checkpoint for evaluation over REST. */
@NullMarked
package dev.whetstone.eval.offer;

import org.jspecify.annotations.NullMarked;
