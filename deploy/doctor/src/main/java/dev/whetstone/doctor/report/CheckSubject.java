package dev.whetstone.doctor.report;

/**
 * What is checked.
 *
 * @param thing for example {@code topic whetstone.feedback}
 * @param place where it is, for example {@code 127.0.0.1:18092}; never with a password
 */
public record CheckSubject(CheckName check, String thing, String place) {
  public CheckResult ok(String detail) {
    return new CheckResult(CheckVerdict.OK, this, detail, "");
  }

  /**
   * @param remedy an instruction
   */
  public CheckResult fault(String detail, String remedy) {
    return new CheckResult(CheckVerdict.FAULT, this, detail, remedy);
  }

  /**
   * A fault in the words of a service, which have the remedy behind the last colon or full stop.
   */
  public CheckResult fault(String told) {
    return new CheckResult(CheckVerdict.FAULT, this, told, "");
  }

  public CheckResult notChecked(String why) {
    return new CheckResult(CheckVerdict.NOT_CHECKED, this, why, "");
  }
}
