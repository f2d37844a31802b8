package dev.whetstone.eval.checkpoint;

/** An adapter must not be loaded; the message names the reason. */
public class AdapterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AdapterException(String message) {
    super(message);
  }
}
