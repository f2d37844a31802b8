package dev.whetstone.training;

import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.kit.store.file.FileScheme;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import java.io.InputStream;
import java.net.URI;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The file store, with objects that a test can make unreadable. It refuses to be used in a
 * transaction.
 */
@ApplicationScoped
public class UnreliableStore implements ObjectStore {
  private static final String NOTHING = "\0";

  private final ObjectStore files;
  private final AtomicReference<String> unreadable = new AtomicReference<>(NOTHING);

  public UnreliableStore(@ConfigProperty(name = "whetstone.store.uri") URI uri) {
    this.files = FileScheme.resolver().openStore(uri);
  }

  /** Makes every object whose key ends with this unreadable. */
  public void breakFor(String ending) {
    unreadable.set(ending);
  }

  public void repair() {
    unreadable.set(NOTHING);
  }

  @Override
  public StoredObject put(String key, ObjectContent content) {
    requireNoTransaction(key);
    return files.put(key, content);
  }

  @Override
  public StoredObject putBlob(ObjectContent content) {
    requireNoTransaction("blobs/");
    return files.putBlob(content);
  }

  @Override
  public InputStream open(String key) {
    requireNoTransaction(key);
    requireReadable(key);
    return files.open(key);
  }

  @Override
  public OptionalLong size(String key) {
    return files.size(key);
  }

  @Override
  public ObjectPage list(String prefix, String after, int limit) {
    return files.list(prefix, after, limit);
  }

  @Override
  public void delete(String key) {
    requireNoTransaction(key);
    files.delete(key);
  }

  @Override
  public URI uri(String key) {
    return files.uri(key);
  }

  @Override
  public String key(URI uri) {
    return files.key(uri);
  }

  /** A slow store must not keep rows locked. */
  private static void requireNoTransaction(String key) {
    if (QuarkusTransaction.getStatus() != Status.STATUS_NO_TRANSACTION) {
      throw new IllegalStateException("object " + key + " is read or written in a transaction");
    }
  }

  private void requireReadable(String key) {
    if (key.endsWith(unreadable.get())) {
      throw new ObjectStoreException("object " + key + " cannot be read: the disk is away");
    }
  }
}
