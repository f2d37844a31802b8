package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.Verdict;

/** A verdict and, in words, what decided it. */
public record VerdictResult(Verdict verdict, String reason) {}
