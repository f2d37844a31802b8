package dev.whetstone.demo.world;

/**
 * A question as an end user asks it.
 *
 * @param topic what it is about
 * @param text what is asked
 * @param rightAnswer by the policy that honest end users want
 */
public record Question(String topic, String text, String rightAnswer) {}
