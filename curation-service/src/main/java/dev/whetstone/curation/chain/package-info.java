/**
 * What travels through curation and how it is judged: examples, judgements, stages and the two
 * chains (admission, cut). Pure: no framework, no clock, no chance but keyed hashes.
 */
@NullMarked
package dev.whetstone.curation.chain;

import org.jspecify.annotations.NullMarked;
