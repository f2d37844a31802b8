package dev.whetstone.kit.store;

/** A key already holds other bytes than those that were to be stored under it. */
public class ObjectConflictException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  public ObjectConflictException(String key) {
    super(
        "object "
            + key
            + " already exists with other bytes; objects never change. Store the bytes under a new"
            + " key");
  }
}
