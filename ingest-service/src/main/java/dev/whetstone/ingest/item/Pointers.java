package dev.whetstone.ingest.item;

/** JSON Pointers (RFC 6901). */
public final class Pointers {
  private Pointers() {}

  /** The pointer of an object's member. */
  public static String child(String parent, String name) {
    boolean plain = name.indexOf('~') < 0 && name.indexOf('/') < 0;
    return parent + "/" + (plain ? name : name.replace("~", "~0").replace("/", "~1"));
  }
}
