package dev.whetstone.demo.world;

/**
 * A question as an end user asks it.
 *
 * @param topic topic of the question
 * @param text text of the question
 * @param rightAnswer answer under the new policy
 */
public record Question(String topic, String text, String rightAnswer) {}
