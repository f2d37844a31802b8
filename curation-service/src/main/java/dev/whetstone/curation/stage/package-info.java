/** Assembles the chains of stages that every loop runs. */
@NullMarked
package dev.whetstone.curation.stage;

import org.jspecify.annotations.NullMarked;
