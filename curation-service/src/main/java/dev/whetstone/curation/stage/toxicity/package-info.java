/** Stage: scores the toxicity of an example. Pure. */
@NullMarked
package dev.whetstone.curation.stage.toxicity;

import org.jspecify.annotations.NullMarked;
