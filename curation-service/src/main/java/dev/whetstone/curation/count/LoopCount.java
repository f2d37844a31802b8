package dev.whetstone.curation.count;

import dev.whetstone.contracts.LoopId;

/**
 * One counter.
 *
 * @param state state of an example or batch, fate of an event
 * @param reason of an event or example, trigger of a batch, or a tag; empty where there is none
 * @param form of an example; empty for other kinds
 * @param split of an example; empty for other kinds
 */
public record LoopCount(
    LoopId loop, String state, String reason, String form, String split, long n) {}
