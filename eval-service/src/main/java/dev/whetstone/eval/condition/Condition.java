package dev.whetstone.eval.condition;

/**
 * One thing that is so, or is not.
 *
 * @param type {@code Declared}, {@code Judging} or {@code Serving}
 * @param status {@code True} or {@code False}
 * @param reason one word in CamelCase
 * @param message for people
 */
public record Condition(String type, String status, String reason, String message) {
  public static Condition of(String type, boolean holds, String reason, String message) {
    return new Condition(type, holds ? "True" : "False", reason, message);
  }
}
