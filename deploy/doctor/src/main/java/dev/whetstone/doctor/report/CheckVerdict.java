package dev.whetstone.doctor.report;

/** What a check came to. */
public enum CheckVerdict {
  OK("ok"),
  FAULT("fault"),
  NOT_CHECKED("not checked");

  private final String word;

  CheckVerdict(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
