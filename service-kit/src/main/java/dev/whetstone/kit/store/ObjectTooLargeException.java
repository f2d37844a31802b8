package dev.whetstone.kit.store;

/** An object, or a line of it, is larger than its reader accepts. Trying again does not help. */
public class ObjectTooLargeException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the object, or the line of it
   * @param limit in bytes
   */
  public ObjectTooLargeException(String what, long limit) {
    super(what + " is larger than the limit of " + limit + " bytes. Split it into smaller objects");
  }
}
