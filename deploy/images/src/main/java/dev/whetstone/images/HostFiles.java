package dev.whetstone.images;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of this machine that a JVM needs beside its runtime: the C library and few others. */
final class HostFiles {
  private static final List<String> LIBRARIES =
      List.of(
          "libc.so.6",
          "libm.so.6",
          "libdl.so.2",
          "libpthread.so.0",
          "librt.so.1",
          "libresolv.so.2",
          "libz.so.1",
          "libgcc_s.so.1",
          "libstdc++.so.6");

  private static final Path LOCALE = Path.of("/usr/lib/locale/C.utf8");

  private HostFiles() {}

  /** As container images name it. */
  static String architecture() {
    String name = System.getProperty("os.arch");
    return switch (name) {
      case "amd64", "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default ->
          throw new RemedyException(
              "there are no images for the architecture '" + name + "'", "build on amd64 or arm64");
    };
  }

  /**
   * The files by their path in the image.
   *
   * @throws RemedyException naming a missing library
   */
  static Map<String, Path> of(boolean shell) {
    boolean amd = architecture().equals("amd64");
    String loader = amd ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux-aarch64.so.1";
    String folder = amd ? "x86_64-linux-gnu" : "aarch64-linux-gnu";
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(loader, real(Path.of(loader)));
    for (String library : LIBRARIES) {
      files.put("/lib/" + folder + "/" + library, library(folder, library));
    }
    for (Path file : locale()) {
      files.put(file.toString(), file);
    }
    if (shell) {
      files.put("/bin/sh", real(Path.of("/bin/dash")));
    }
    return files;
  }

  /** The locale C.UTF-8: without it file names are ASCII, and PostgreSQL does not start. */
  private static List<Path> locale() {
    try {
      return FileTrees.files(LOCALE);
    } catch (IOException e) {
      throw new RemedyException(
          "the locale C.UTF-8 was not found: " + e.getMessage(),
          "install it, for example the package libc-bin of Debian and Ubuntu");
    }
  }

  private static Path library(String folder, String name) {
    List<Path> searched = new ArrayList<>();
    for (String root : List.of("/lib/" + folder, "/usr/lib/" + folder, "/lib64", "/usr/lib64")) {
      Path file = Path.of(root, name);
      searched.add(file);
      if (Files.exists(file)) {
        return real(file);
      }
    }
    throw new RemedyException(
        "the library %s was not found (searched %s)".formatted(name, searched),
        "build on a Linux with glibc and libstdc++, for example Debian, Ubuntu or Fedora");
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      throw new RemedyException(
          file + " is not there: " + e.getMessage(),
          "build on a Linux with glibc and dash, for example Debian or Ubuntu");
    }
  }
}
