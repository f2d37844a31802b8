/**
 * Compute engines: the port, the router that picks one by kind, and the engine that runs workers as
 * processes of this machine within a bound.
 */
@NullMarked
package dev.whetstone.training.engine;

import org.jspecify.annotations.NullMarked;
