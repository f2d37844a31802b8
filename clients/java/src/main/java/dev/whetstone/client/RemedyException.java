package dev.whetstone.client;

/** A request that cannot be fulfilled. The message names the thing, its place and the remedy. */
public final class RemedyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param what went wrong, naming the thing and its place
   * @param remedy instruction that solves the problem
   */
  public RemedyException(String what, String remedy) {
    super(what + "\n  → " + remedy);
  }

  public RemedyException(String what, String remedy, Throwable cause) {
    super(what + "\n  → " + remedy, cause);
  }
}
