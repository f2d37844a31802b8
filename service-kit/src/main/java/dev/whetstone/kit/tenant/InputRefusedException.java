package dev.whetstone.kit.tenant;

/**
 * A path that a tenant may not name as an input. The message states the rule; it is the same
 * whether or not anything lies at the path.
 */
public class InputRefusedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InputRefusedException(String rule) {
    super(rule);
  }
}
