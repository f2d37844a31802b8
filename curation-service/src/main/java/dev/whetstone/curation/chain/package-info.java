/**
 * The stage interfaces, the judgements that stages give, and the two chains (admission and cut).
 * Pure: no framework, no clock, no randomness except keyed hashes.
 */
@NullMarked
package dev.whetstone.curation.chain;

import org.jspecify.annotations.NullMarked;
