package dev.whetstone.cli.backup;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * Writes the files of a backup, which only their owner can read, and lists each with its digest.
 * Not for concurrent use.
 */
final class BackupWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;
  private final Entry list;
  private long files;
  private long bytes;

  /**
   * @param folder is created; it must not exist
   */
  BackupWriter(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.toAbsolutePath().getParent());
    Files.createDirectory(folder, OWNER_FOLDER);
    this.list = new Entry(folder.resolve(BackupMarker.FILES));
  }

  /**
   * Writes one file and lists it.
   *
   * @param name path below the folder, with {@code /}
   * @return the digest of its bytes
   */
  String write(String name, Content content) throws IOException {
    if (name.contains("\n") || name.contains("\\")) {
      throw new IOException("a file with the name '" + name + "' cannot be listed");
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent(), OWNER_FOLDER);
    String sha256;
    try (Entry entry = new Entry(file)) {
      content.writeTo(entry);
      sha256 = entry.end();
      bytes += entry.written;
    }
    files++;
    list.write("%s  %s%n".formatted(sha256, name).getBytes(StandardCharsets.UTF_8));
    return sha256;
  }

  /**
   * Copies a file.
   *
   * @return the digest of its bytes
   * @throws java.nio.file.NoSuchFileException when the source does not exist
   */
  String copy(Path source, String name) throws IOException {
    try (InputStream in = Files.newInputStream(source)) {
      return write(
          name,
          out -> {
            long ignored = in.transferTo(out);
          });
    }
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /** Ends the list; the digest of it. */
  String endList() throws IOException {
    return list.end();
  }

  @Override
  public void close() throws IOException {
    list.close();
  }

  /** What a file holds. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** A file that is digested while it is written, and forced to the disk at its end. */
  private static final class Entry extends FilterOutputStream {
    private final FileChannel channel;
    private final MessageDigest digest;
    private long written;

    Entry(Path file) throws IOException {
      this(
          FileChannel.open(
              file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_FILE),
          newSha256());
    }

    private Entry(FileChannel channel, MessageDigest digest) {
      super(
          new DigestOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES), digest));
      this.channel = channel;
      this.digest = digest;
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      written++;
    }

    @Override
    public void write(byte[] some, int from, int length) throws IOException {
      out.write(some, from, length);
      written += length;
    }

    String end() throws IOException {
      flush();
      channel.force(true);
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
