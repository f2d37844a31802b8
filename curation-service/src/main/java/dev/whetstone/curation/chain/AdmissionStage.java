package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;

/** Judges one example at admission, without knowing any other. */
public interface AdmissionStage {
  /** Stable name, as in funnels and fates. */
  String name();

  StageJudgement judge(Example example, AdmissionContext context);
}
