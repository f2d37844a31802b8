package dev.whetstone.curation.chain;

/** Judges one example at admission, without knowing any other. */
public interface AdmissionStage {
  /** Stable name, as in funnels and fates. */
  String name();

  Judgement judge(Example example, AdmissionContext context);
}
