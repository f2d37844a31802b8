/** The model server, as far as evaluation and rollout need it: OpenAI's API and vLLM's adapters. */
@NullMarked
package dev.whetstone.eval.serving;

import org.jspecify.annotations.NullMarked;
