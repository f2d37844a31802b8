/** Scoring jobs: what the worker reads and writes when it scores reference answers. */
@NullMarked
package dev.whetstone.contracts.scoring;

import org.jspecify.annotations.NullMarked;
