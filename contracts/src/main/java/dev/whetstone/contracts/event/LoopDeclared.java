package dev.whetstone.contracts.event;

import dev.whetstone.contracts.loop.LoopSpec;

/**
 * The canonical declaration of a loop, with all defaults.
 *
 * @param specSha256 SHA-256 (hex) of the spec's canonical JSON
 * @param revision 1 for the first declaration, one more for each that differs
 */
public record LoopDeclared(LoopSpec spec, String specSha256, long revision)
    implements EventData.LoopEvent {}
