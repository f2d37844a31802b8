package dev.whetstone.curation.chain;

/** A stage's judgement of one example of the cut. */
public record CutJudgement(String exampleId, StageJudgement judgement) {}
