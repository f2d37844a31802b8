package dev.whetstone.curation.chain;

/**
 * Why an example did not get into a batch.
 *
 * @param judgement a quarantine or a rejection
 */
public record DroppedExample(String exampleId, String stage, StageJudgement judgement) {}
