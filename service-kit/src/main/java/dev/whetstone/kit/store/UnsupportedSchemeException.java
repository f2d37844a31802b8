package dev.whetstone.kit.store;

import java.net.URI;

/** A URI's scheme is not one that this version reads and writes. */
public class UnsupportedSchemeException extends ObjectStoreException {
  private static final long serialVersionUID = 1L;

  /**
   * @param forms how supported URIs are written
   */
  public UnsupportedSchemeException(URI uri, String forms) {
    super(
        "'%s' has %s; this version supports %s. Copy the data to such a location and change the URI"
            .formatted(
                uri,
                uri.getScheme() == null
                    ? "no scheme"
                    : "the unsupported scheme '" + uri.getScheme() + "'",
                forms));
  }
}
