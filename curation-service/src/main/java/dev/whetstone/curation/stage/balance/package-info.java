/** Stages: limit synthetic examples, balance topics and weight weak slices. Pure. */
@NullMarked
package dev.whetstone.curation.stage.balance;

import org.jspecify.annotations.NullMarked;
