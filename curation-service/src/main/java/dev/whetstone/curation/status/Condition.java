package dev.whetstone.curation.status;

/**
 * One side of how a loop fares.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one word for programs
 * @param message for people
 */
public record Condition(String type, String status, String reason, String message) {}
