package dev.whetstone.curation.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.sql.DatabaseException;
import dev.whetstone.kit.store.ObjectStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class SafeFaultsTest {
  @Test
  void shouldUseTheMessageOfOurOwnExceptions() {
    var full = new ObjectStoreException("object a could not be written: no space left");

    assertThat(SafeFaults.describe(full)).isEqualTo(full.getMessage());
    assertThat(SafeFaults.describe(new IllegalStateException("x", full)))
        .isEqualTo(full.getMessage());
  }

  /** A parser and a database quote what they stumbled over. */
  @Test
  void shouldGiveOnlyThePlaceOfOtherExceptions() {
    var parser = new UncheckedIOException(new IOException("Unrecognized token 'my-secret'"));
    var database =
        new DatabaseException("cannot write: insert (Failing row contains my-secret)", parser);

    assertThat(SafeFaults.describe(parser))
        .contains("UncheckedIOException at SafeFaultsTest.java:")
        .doesNotContain("secret");
    assertThat(SafeFaults.describe(database))
        .contains("DatabaseException at ")
        .doesNotContain("secret");
  }
}
