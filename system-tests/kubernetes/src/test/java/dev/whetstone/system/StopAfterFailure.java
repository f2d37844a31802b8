package dev.whetstone.system;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * For a class whose methods build on each other: after a failure the rest is skipped, because it
 * would only wait until its time limits. The failure is printed at once.
 */
final class StopAfterFailure implements TestWatcher, ExecutionCondition {
  private volatile String failed = "";

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    failed = context.getDisplayName();
    System.out.println("FAILED " + failed + ": " + cause);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return failed.isEmpty()
        ? ConditionEvaluationResult.enabled("nothing has failed")
        : ConditionEvaluationResult.disabled("skipped after the failure of " + failed);
  }
}
