package dev.whetstone.kit.store.file;

import dev.whetstone.kit.store.ObjectPage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects one page of a listing from a walk over a store's files, and never keeps more than a page
 * in memory: each page takes a walk of its own. A file that disappears meanwhile is left out.
 */
final class FilePage extends SimpleFileVisitor<Path> {
  private final Path root;
  private final Path unlisted;
  private final String prefix;
  private final String after;
  private final int limit;
  private final TreeMap<String, Long> smallest = new TreeMap<>();

  /**
   * @param unlisted a directory whose files are no objects
   */
  FilePage(Path root, Path unlisted, String prefix, String after, int limit) {
    this.root = root;
    this.unlisted = unlisted;
    this.prefix = prefix;
    this.after = after;
    this.limit = limit;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
    return directory.equals(unlisted) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    String key = FileObjectStore.key(root, file);
    if (attributes.isRegularFile() && key.startsWith(prefix) && key.compareTo(after) > 0) {
      smallest.put(key, attributes.size());
      if (smallest.size() > limit + 1) {
        smallest.pollLastEntry();
      }
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
      throws IOException {
    if (e == null || e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  /** The collected page. */
  ObjectPage toPage() {
    boolean more = smallest.size() > limit;
    if (more) {
      smallest.pollLastEntry();
    }
    return new ObjectPage(
        smallest.entrySet().stream()
            .map(each -> new ObjectPage.Entry(each.getKey(), each.getValue()))
            .toList(),
        more ? smallest.lastKey() : null);
  }
}
