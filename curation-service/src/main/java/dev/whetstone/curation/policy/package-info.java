/** Which stages the chains consist of, in order. Knows every stage; no stage knows it. */
@NullMarked
package dev.whetstone.curation.policy;

import org.jspecify.annotations.NullMarked;
