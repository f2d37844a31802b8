/** The model server as evaluation and rollout use it: OpenAI's API and vLLM's adapters. */
@NullMarked
package dev.whetstone.eval.serving;

import org.jspecify.annotations.NullMarked;
