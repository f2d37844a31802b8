package dev.whetstone.eval.verdict;

import dev.whetstone.contracts.decision.Verdict;

/** A verdict and, in words, what decided it. */
public record Judgement(Verdict verdict, String reason) {}
