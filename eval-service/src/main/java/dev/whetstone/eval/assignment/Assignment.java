package dev.whetstone.eval.assignment;

/**
 * The model that answers an end user.
 *
 * @param variant {@code champion}, {@code candidate} or {@code holdback}
 * @param propensity probability with which this end user was assigned this variant, above 0 up to 1
 */
public record Assignment(String model, long generation, String variant, double propensity) {}
