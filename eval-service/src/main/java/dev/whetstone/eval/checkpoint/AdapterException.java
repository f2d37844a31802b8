package dev.whetstone.eval.checkpoint;

/** An adapter that must not be loaded, and why. */
public class AdapterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AdapterException(String message) {
    super(message);
  }
}
