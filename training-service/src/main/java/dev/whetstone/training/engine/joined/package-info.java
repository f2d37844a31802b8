/**
 * Compute engine {@code joined-workers}: hosts with accelerators join the training service over
 * HTTPS, ask it for work and run workers as processes.
 */
@NullMarked
package dev.whetstone.training.engine.joined;

import org.jspecify.annotations.NullMarked;
