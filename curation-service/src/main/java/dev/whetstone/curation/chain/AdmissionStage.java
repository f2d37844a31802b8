package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;

/** Judges one example at admission, independently of all others. */
public interface AdmissionStage extends ChainStage {
  StageJudgement judge(Example example, AdmissionContext context);
}
