package dev.whetstone.kit.loop;

/**
 * One side of how a loop fares, in the shape of a Kubernetes condition. Each service's {@code GET
 * /v1/loops/{loop}/status} answers with those it knows of.
 *
 * @param type {@code Accepting}, {@code Receiving}, {@code Curating}, {@code Training}, {@code
 *     Declared}, {@code Judging} or {@code Serving}
 * @param status {@code True} or {@code False}
 * @param reason one word in CamelCase, for programs
 * @param message for people
 */
public record LoopCondition(String type, String status, String reason, String message) {
  public static LoopCondition of(String type, boolean holds, String reason, String message) {
    return new LoopCondition(type, holds ? "True" : "False", reason, message);
  }
}
