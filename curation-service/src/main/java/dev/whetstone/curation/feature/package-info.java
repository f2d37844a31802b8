/**
 * Features that are costly to compute and are recorded per example instead of once per cut. Pure.
 *
 * <p>Recorded is what costs more to compute than to read. For 4,000 examples of 60 words (medians
 * of 9 rounds in one run, 2 cores, November 2026) computing the compared text took 1,147 ms,
 * reading and decoding it 79 ms, recording it once 617 ms. Tokenizing the prompts for
 * decontamination took 84 ms, as much as reading would, so tokens are computed.
 */
@NullMarked
package dev.whetstone.curation.feature;

import org.jspecify.annotations.NullMarked;
