package dev.whetstone.curation.chain;

/** What a stage says of one example of the cut. */
public record CutJudgement(String exampleId, StageJudgement judgement) {}
