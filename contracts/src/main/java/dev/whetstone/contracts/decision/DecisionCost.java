package dev.whetstone.contracts.decision;

/** The cost of training and evaluating a candidate. */
public record DecisionCost(double gpuSeconds, long tokens, long judgeTokens, long teacherTokens) {}
