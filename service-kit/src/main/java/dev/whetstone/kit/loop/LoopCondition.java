package dev.whetstone.kit.loop;

/**
 * One aspect of a loop's status, in the form of a Kubernetes condition. The {@code GET
 * /v1/loops/{loop}/status} of each service returns the conditions that the service determines.
 *
 * @param type {@code Accepting}, {@code Receiving}, {@code Curating}, {@code Erasing}, {@code
 *     Training}, {@code Declared}, {@code Judging} or {@code Serving}
 * @param status {@code True} or {@code False}
 * @param reason one word in CamelCase, for programs
 * @param message for people
 */
public record LoopCondition(String type, String status, String reason, String message) {
  public static LoopCondition of(String type, boolean holds, String reason, String message) {
    return new LoopCondition(type, holds ? "True" : "False", reason, message);
  }
}
