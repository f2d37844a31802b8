package dev.whetstone.contracts.decision;

/** What it took to train and judge a candidate. */
public record DecisionCost(double gpuSeconds, long tokens, long judgeTokens, long teacherTokens) {}
