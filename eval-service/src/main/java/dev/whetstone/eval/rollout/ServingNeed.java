package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;

/**
 * What a loop needs of a model server.
 *
 * @param serves whether the server is one of the loop's replicas; else it only evaluates
 * @param barred whether the champion may no longer be loaded, because its erasure deadline is over
 */
record ServingNeed(LoopSpec loop, Champion champion, boolean serves, boolean barred) {}
