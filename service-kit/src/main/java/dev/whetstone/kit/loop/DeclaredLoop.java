package dev.whetstone.kit.loop;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;

/** A declaration that this service has received. */
public record DeclaredLoop(LoopId id, LoopSpec spec, String specSha256, long revision) {}
