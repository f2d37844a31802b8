/** Likelihoods of reference answers: requested from training as a scoring job, stored per model. */
@NullMarked
package dev.whetstone.eval.likelihood;

import org.jspecify.annotations.NullMarked;
