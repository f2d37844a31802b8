package dev.whetstone.contracts.decision;

/** A confidence interval, both ends in the metric's unit. */
public record ConfidenceInterval(double lower, double upper, double level) {}
