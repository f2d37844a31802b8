package dev.whetstone.doctor.report;

import java.util.List;

/**
 * Something to check. What its work throws becomes a fault of its subject.
 *
 * @param subject of a fault when the check does not end in time
 */
public record DoctorCheck(CheckSubject subject, Work work) {
  /** May be interrupted. */
  @FunctionalInterface
  public interface Work {
    List<CheckResult> find() throws Exception;
  }
}
