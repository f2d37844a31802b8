package dev.whetstone.eval.checkpoint;

/** An adapter that must not be loaded, and why. */
public class AdapterFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AdapterFault(String message) {
    super(message);
  }
}
