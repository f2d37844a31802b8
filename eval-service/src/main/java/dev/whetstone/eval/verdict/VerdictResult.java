package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.Verdict;

/** A verdict and its reason for people. */
public record VerdictResult(Verdict verdict, String reason) {}
