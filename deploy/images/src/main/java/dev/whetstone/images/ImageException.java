package dev.whetstone.images;

/** An image cannot be written. The message names the thing and the remedy. */
final class ImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ImageException(String what, String remedy) {
    super(what + "\n  → " + remedy);
  }
}
