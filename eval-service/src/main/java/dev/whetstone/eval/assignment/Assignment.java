package dev.whetstone.eval.assignment;

/**
 * The model that answers an end user.
 *
 * @param variant {@code champion}, {@code candidate} or {@code holdback}
 * @param propensity with which chance this end user was given this variant, above 0 to 1
 */
public record Assignment(String model, long generation, String variant, double propensity) {}
