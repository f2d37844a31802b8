package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.kit.problem.Problem;

/** Converts faults to problems. */
final class FaultProblems {
  private FaultProblems() {}

  static Problem of(Fault fault) {
    return new Problem(
        fault.code().status(),
        fault.code().code(),
        fault.code().title(),
        fault.detail(),
        fault.pointer(),
        fault.remedy());
  }
}
